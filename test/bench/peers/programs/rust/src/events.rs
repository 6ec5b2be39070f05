use futures::{channel::mpsc::UnboundedReceiver, StreamExt};
use rtnetlink::{
    constants::RTMGRP_IPV4_ROUTE,
    packet::{NetlinkMessage, NetlinkPayload, RtnlMessage, RT_TABLE_MAIN},
    sys::{AsyncSocket, SocketAddr},
};
use std::{
    env,
    time::{Duration, Instant},
};
use tokio::{
    process::Command,
    time::{sleep_until, Instant as Moment},
};

use crate::{host::enlarge_receive_buffer, Failure, Line};

/// For how long nothing may come after the writer has ended.
const QUIET: Duration = Duration::from_millis(500);

type Messages = UnboundedReceiver<(NetlinkMessage<RtnlMessage>, SocketAddr)>;

pub async fn route_events(count: u32) -> Line {
    let mut messages = listen()?;
    let line = env::var("WRITER")?;
    let mut words = line.split_whitespace();
    let start = Instant::now();
    let mut writer = Command::new(words.next().ok_or("WRITER is empty")?)
        .args(words)
        .spawn()?;
    let (mut delivered, mut last, mut until) = (0, start, None);
    let ended = loop {
        if delivered == count {
            break "complete";
        }
        tokio::select! {
            biased;
            message = messages.next() => match message {
                Some((message, _)) if is_new_route(&message) => {
                    delivered += 1;
                    last = Instant::now();
                }
                Some(_) => (),
                None => break "broken: the connection shut down",
            },
            status = writer.wait(), if until.is_none() => {
                if !status?.success() {
                    return Err("the writer failed".into());
                }
                until = Some(Moment::now() + QUIET);
            }
            _ = sleep_until(until.unwrap_or_else(Moment::now)), if until.is_some() => match last.elapsed() {
                silence if silence >= QUIET => break "quiet",
                silence => until = Some(Moment::now() + QUIET - silence),
            },
        }
    };
    let ns = last.duration_since(start).as_nanos();
    Ok(format!(
        r#"{{"delivered":{delivered},"ns":{ns},"ended":"{ended}"}}"#
    ))
}

/// The connection shuts down once the kernel had to drop an event.
fn listen() -> Result<Messages, Failure> {
    let (mut connection, _, messages) = rtnetlink::new_connection()?;
    let socket = connection.socket_mut();
    enlarge_receive_buffer(socket)?;
    socket
        .socket_mut()
        .bind(&SocketAddr::new(0, RTMGRP_IPV4_ROUTE))?;
    tokio::spawn(connection);
    Ok(messages)
}

fn is_new_route(message: &NetlinkMessage<RtnlMessage>) -> bool {
    match &message.payload {
        NetlinkPayload::InnerMessage(RtnlMessage::NewRoute(route)) => {
            route.header.table == RT_TABLE_MAIN
        }
        _ => false,
    }
}

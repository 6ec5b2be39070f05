//! Connections, and how many requests are under way on one.
use futures::stream::{self, StreamExt, TryStreamExt};
use rtnetlink::Handle;
use std::{future::Future, os::unix::io::AsRawFd};
use tokio::task::JoinHandle;

use crate::Failure;

/// Requests need not wait for the answers of those before. The connection may put all that wait to be sent into one
/// datagram, which has to fit the socket.
pub const UNDER_WAY: usize = 1024;

/// 64 MiB, as everybody asks for who can.
const RECEIVE_BUFFER: libc::c_int = 64 << 20;

/// A connection to the thread's network namespace.
pub fn connect() -> Result<Handle, Failure> {
    Ok(connect_until_aborted()?.0)
}

/// The connection outlives its handles, and so does the namespace that its socket is in, until its task is aborted.
pub fn connect_until_aborted() -> Result<(Handle, JoinHandle<()>), Failure> {
    let (mut connection, handle, _) = rtnetlink::new_connection()?;
    enlarge_receive_buffer(connection.socket_mut())?;
    Ok((handle, tokio::spawn(connection)))
}

/// The library lends its socket, but has no name for this option.
pub fn enlarge_receive_buffer(socket: &impl AsRawFd) -> Result<(), Failure> {
    let value = &RECEIVE_BUFFER as *const libc::c_int;
    let length = std::mem::size_of::<libc::c_int>() as libc::socklen_t;
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_RCVBUFFORCE,
            value.cast(),
            length,
        )
    };
    if result < 0 {
        return Err(std::io::Error::last_os_error().into());
    }
    Ok(())
}

/// Calls `step` for 0 up to `count`, and has so many of them under way at once.
pub async fn for_each<Step, Request>(
    count: u32,
    under_way: usize,
    step: Step,
) -> Result<(), Failure>
where
    Step: Fn(u32) -> Request,
    Request: Future<Output = Result<(), rtnetlink::Error>>,
{
    stream::iter(0..count)
        .map(step)
        .buffer_unordered(under_way)
        .try_collect::<()>()
        .await?;
    Ok(())
}

use std::{fs::File, io, os::unix::io::AsRawFd, time::Duration};

use futures::future;
use rtnetlink::{
    packet::{nlas::link::Nla, IFF_UP},
    Handle,
};

use tokio::task::JoinHandle;

use crate::{
    expect, host,
    links::{links, Veth, BRIDGE, FIRST_NEAR, LOOPBACK},
    measure,
    routes::main_routes,
    values::address_at,
    Failure, Line,
};

const ETH0: u32 = 10;

/// Kept alive by a descriptor of its namespace, and by the connection into it.
struct Container {
    namespace: File,
    handle: Handle,
    connection: JoinHandle<()>,
}

pub async fn containers(count: u32) -> Line {
    let host = &host::connect()?;
    add_bridge(host).await?;
    let (running, setup) = measure(set_up_all(host, count)).await?;
    expect_containers(host, &running).await?;
    let (_, teardown) = measure(tear_down(host, running)).await?;
    Ok(format!(
        r#"{{"setup_ns":{setup},"teardown_ns":{teardown}}}"#
    ))
}

pub async fn cold(count: u32) -> Line {
    let host = &host::connect()?;
    add_bridge(host).await?;
    set_up_all(host, count).await?;
    Ok("{}".into())
}

async fn add_bridge(host: &Handle) -> Result<(), Failure> {
    let mut add = host.link().add().bridge("br0".into());
    let header = &mut add.message_mut().header;
    header.index = BRIDGE;
    header.flags = IFF_UP;
    header.change_mask = IFF_UP;
    add.execute().await?;
    Ok(())
}

/// The thread enters each namespace as it makes it, and goes back at the end. The library's own `NetworkNamespace::add`
/// forks and mounts.
async fn set_up_all(host: &Handle, count: u32) -> Result<Vec<Container>, Failure> {
    let home = current_namespace()?;
    let mut running = Vec::new();
    for i in 0..count {
        running.push(set_up(host, i).await?);
    }
    check(unsafe { libc::setns(home.as_raw_fd(), libc::CLONE_NEWNET) })?;
    Ok(running)
}

async fn set_up(host: &Handle, i: u32) -> Result<Container, Failure> {
    check(unsafe { libc::unshare(libc::CLONE_NEWNET) })?;
    let (handle, connection) = host::connect_until_aborted()?;
    let container = Container {
        namespace: current_namespace()?,
        handle,
        connection,
    };
    veth_into(&container.namespace, i)
        .request(host)
        .execute()
        .await?;
    let inside = &container.handle;
    future::try_join4(
        inside.link().set(LOOPBACK).up().execute(),
        inside
            .address()
            .add(ETH0, address_at([10, 88, 0, 2], i).into(), 16)
            .execute(),
        inside.link().set(ETH0).up().execute(),
        inside
            .route()
            .add()
            .v4()
            .gateway([10, 88, 0, 1].into())
            .execute(),
    )
    .await?;
    Ok(container)
}

/// The far end is made where it belongs.
fn veth_into(namespace: &File, i: u32) -> Veth {
    let mut veth = Veth::new((format!("h{i}"), FIRST_NEAR + i), ("eth0".into(), ETH0)).up();
    veth.near.nlas.push(Nla::Master(BRIDGE));
    veth.far.nlas.push(Nla::NetNsFd(namespace.as_raw_fd()));
    for end in [&mut veth.near, &mut veth.far] {
        end.nlas.extend([Nla::NumTxQueues(1), Nla::NumRxQueues(1)]);
    }
    veth
}

/// Closes the namespaces, with which the kernel takes the links away, on a thread of its own.
async fn tear_down(host: &Handle, running: Vec<Container>) -> Result<(), Failure> {
    for container in running {
        container.connection.abort();
    }
    while links(host).await?.len() > 2 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok(())
}

async fn expect_containers(host: &Handle, running: &[Container]) -> Result<(), Failure> {
    expect("links", links(host).await?.len(), 2 + running.len())?;
    for container in running {
        // The default one, and that of the address.
        expect("routes", main_routes(&container.handle).await?.len(), 2)?;
    }
    Ok(())
}

fn current_namespace() -> io::Result<File> {
    File::open("/proc/thread-self/ns/net")
}

fn check(result: libc::c_int) -> io::Result<()> {
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

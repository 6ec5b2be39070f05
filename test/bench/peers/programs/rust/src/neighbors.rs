use futures::TryStreamExt;
use rtnetlink::{
    packet::{NeighbourMessage, AF_BRIDGE, AF_INET, NTF_SELF, NUD_PERMANENT},
    Handle,
};

use crate::{
    expect,
    host::{self, UNDER_WAY},
    links::{add_device, DEVICE},
    measure,
    values::{address_at, hardware_address_at},
    Failure, Line,
};

/// With 1,024, entries take four times as long: the kernel is then busy with the memory of each (pcpu_alloc).
const FDB_UNDER_WAY: usize = 64;

pub async fn neighbor_add(count: u32) -> Line {
    let host = &host::connect()?;
    add_device(host).await?;
    let add = |i| {
        let request = host
            .neighbours()
            .add(DEVICE, address_at([12, 0, 0, 0], i).into());
        request
            .link_local_address(&hardware_address_at(i))
            .execute()
    };
    let (_, ns) = measure(host::for_each(count, UNDER_WAY, add)).await?;
    expect_permanent(host, AF_INET, count).await?;
    Ok(format!(r#"{{"ns":{ns}}}"#))
}

pub async fn fdb_add(count: u32) -> Line {
    let host = &host::connect()?;
    add_vxlan(host).await?;
    let add = |i| {
        let remote = address_at([10, 0, 0, 1], i % 250).into();
        host.neighbours()
            .add_bridge(DEVICE, &hardware_address_at(i))
            .destination(remote)
            .flags(NTF_SELF)
            .execute()
    };
    let (_, ns) = measure(host::for_each(count, FDB_UNDER_WAY, add)).await?;
    expect_permanent(host, AF_BRIDGE, count).await?;
    Ok(format!(r#"{{"ns":{ns}}}"#))
}

async fn add_vxlan(host: &Handle) -> Result<(), Failure> {
    let mut add = host.link().add();
    add.message_mut().header.index = DEVICE;
    add.vxlan("x0".into(), 1).port(4789).execute().await?;
    Ok(())
}

async fn expect_permanent(host: &Handle, family: u16, wanted: u32) -> Result<(), Failure> {
    let mut get = host.neighbours().get();
    get.message_mut().header.family = family as u8;
    let neighbors: Vec<NeighbourMessage> = get.execute().try_collect().await?;
    let added = |neighbor: &&NeighbourMessage| {
        neighbor.header.ifindex == DEVICE && neighbor.header.state & NUD_PERMANENT != 0
    };
    expect(
        "neighbors",
        neighbors.iter().filter(added).count(),
        wanted as usize,
    )
}

use futures::{future, TryStreamExt};
use rtnetlink::{
    packet::{
        nlas::link::{Info, InfoData, InfoKind, Nla, VethInfo},
        AddressMessage, LinkMessage, IFF_UP,
    },
    Error, Handle, LinkAddRequest,
};
use std::net::IpAddr;

use crate::{
    expect,
    host::{self, UNDER_WAY},
    measure,
    values::address_at,
    Failure, Line,
};

/// Indexes are chosen here, so that a request about a link need not wait for the link.
pub const LOOPBACK: u32 = 1;
pub const DEVICE: u32 = 10;
pub const BRIDGE: u32 = 11;
pub const FIRST_NEAR: u32 = 100_000;
const FIRST_FAR: u32 = 200_000;

/// The library's own `veth()` knows the names only, and always takes the near end up.
pub struct Veth {
    pub near: LinkMessage,
    pub far: LinkMessage,
}

impl Veth {
    pub fn new(near: (String, u32), far: (String, u32)) -> Self {
        Veth {
            near: link(near.0, near.1),
            far: link(far.0, far.1),
        }
    }

    /// The near end only: the kernel refuses it of the far one.
    pub fn up(mut self) -> Self {
        self.near.header.flags = IFF_UP;
        self.near.header.change_mask = IFF_UP;
        self
    }

    pub fn request(mut self, handle: &Handle) -> LinkAddRequest {
        let data = InfoData::Veth(VethInfo::Peer(self.far));
        self.near.nlas.push(Nla::Info(vec![
            Info::Kind(InfoKind::Veth),
            Info::Data(data),
        ]));
        let mut request = handle.link().add();
        *request.message_mut() = self.near;
        request
    }
}

fn link(name: String, index: u32) -> LinkMessage {
    let mut link = LinkMessage::default();
    link.header.index = index;
    link.nlas.push(Nla::IfName(name));
    link
}

fn pair(i: u32) -> Veth {
    Veth::new(
        (format!("va{i}"), FIRST_NEAR + i),
        (format!("vb{i}"), FIRST_FAR + i),
    )
}

pub async fn veth_pairs(count: u32) -> Line {
    let host = &host::connect()?;
    let (_, ns) = measure(host::for_each(count, UNDER_WAY, |i| {
        pair(i).request(host).execute()
    }))
    .await?;
    expect("links", links(host).await?.len(), 1 + 2 * count as usize)?;
    Ok(format!(r#"{{"ns":{ns}}}"#))
}

pub async fn veth_pairs_up(count: u32) -> Line {
    let host = &host::connect()?;
    let (_, ns) = measure(async {
        host::for_each(count, UNDER_WAY, |i| pair(i).up().request(host).execute()).await?;
        host::for_each(count, UNDER_WAY / 3, |i| finish_pair(host, i)).await
    })
    .await?;
    expect_up(host, 2 * count as usize).await?;
    Ok(format!(r#"{{"ns":{ns}}}"#))
}

/// Comes once all pairs are there: what the kernel does later for one that is up would hold up the making of the others.
/// The kernel takes requests in the order in which they were made.
async fn finish_pair(host: &Handle, i: u32) -> Result<(), Error> {
    let (near, far) = (FIRST_NEAR + i, FIRST_FAR + i);
    future::try_join3(
        host.address().add(near, address_of(i, 1), 30).execute(),
        host.address().add(far, address_of(i, 2), 30).execute(),
        host.link().set(far).up().execute(),
    )
    .await?;
    Ok(())
}

fn address_of(pair: u32, end: u32) -> IpAddr {
    address_at([10, 0, 0, 0], 4 * pair + end).into()
}

/// The link that routes and neighbors are added to: a veth, and up at both ends.
pub async fn add_device(host: &Handle) -> Result<(), Failure> {
    Veth::new(("d0".into(), DEVICE), ("d1".into(), DEVICE + 1))
        .up()
        .request(host)
        .execute()
        .await?;
    host.link().set(DEVICE + 1).up().execute().await?;
    Ok(())
}

pub async fn links(host: &Handle) -> Result<Vec<LinkMessage>, Error> {
    host.link().get().execute().try_collect().await
}

async fn expect_up(host: &Handle, wanted: usize) -> Result<(), Failure> {
    let up = links(host)
        .await?
        .iter()
        .filter(|link| link.header.index != LOOPBACK && link.header.flags & IFF_UP != 0)
        .count();
    expect("links that are up", up, wanted)?;
    let addresses: Vec<AddressMessage> = host.address().get().execute().try_collect().await?;
    let added = addresses
        .iter()
        .filter(|address| address.header.prefix_len == 30)
        .count();
    expect("addresses", added, wanted)
}

use futures::{future, TryStreamExt};
use rtnetlink::{
    packet::{RouteMessage, RT_SCOPE_LINK, RT_TABLE_MAIN},
    Error, Handle, IpVersion,
};

use crate::{
    expect,
    host::{self, UNDER_WAY},
    links::{add_device, DEVICE},
    measure,
    values::address_at,
    Line,
};

pub async fn route_add(count: u32) -> Line {
    let host = &host::connect()?;
    add_device(host).await?;
    let add = |i| {
        let to = address_at([11, 0, 0, 0], i);
        let request = host.route().add().v4().destination_prefix(to, 32);
        request
            .output_interface(DEVICE)
            .scope(RT_SCOPE_LINK)
            .execute()
    };
    let (_, ns) = measure(host::for_each(count, UNDER_WAY, add)).await?;
    expect("routes", main_routes(host).await?.len(), count as usize)?;
    Ok(format!(r#"{{"ns":{ns}}}"#))
}

/// The kernel lists those of all tables.
pub async fn main_routes(host: &Handle) -> Result<Vec<RouteMessage>, Error> {
    let routes = host.route().get(IpVersion::V4).execute();
    routes
        .try_filter(|route| future::ready(route.header.table == RT_TABLE_MAIN))
        .try_collect()
        .await
}

use std::{fs, future::Future};

use rtnetlink::Error;

use crate::{host, links::links, measure, routes::main_routes, Failure, Line};

/// How many lists are made after the first one.
const FURTHER: usize = 5;

pub async fn route_list(count: u32) -> Line {
    let host = &host::connect()?;
    measure_lists(count, || main_routes(host)).await
}

pub async fn link_list(count: u32) -> Line {
    let host = &host::connect()?;
    measure_lists(count, || links(host)).await
}

/// Makes a list for the first time, says what another one beside it holds in memory, and takes the median of further ones.
async fn measure_lists<T, Listing>(count: u32, list: impl Fn() -> Listing) -> Line
where
    Listing: Future<Output = Result<Vec<T>, Error>>,
{
    let list = || async { Ok::<_, Failure>(list().await?) };
    let (mut kept, first) = measure(list()).await?;
    let before = resident_bytes()?;
    let beside = list().await?;
    let grown = resident_bytes()? - before;
    drop(beside);
    let mut times = Vec::new();
    for _ in 0..FURTHER {
        let (next, ns) = measure(list()).await?;
        kept = next;
        times.push(ns);
    }
    if kept.len() < count as usize {
        return Err(format!("{} in the list where there should be {count}", kept.len()).into());
    }
    times.sort_unstable();
    Ok(format!(
        r#"{{"first_ns":{first},"ns":{},"grown_bytes":{grown}}}"#,
        times[FURTHER / 2]
    ))
}

/// What the process holds in memory once what is free has gone back to the system.
fn resident_bytes() -> Result<i64, Failure> {
    unsafe { libc::malloc_trim(0) };
    let statm = fs::read_to_string("/proc/self/statm")?;
    let pages: i64 = statm
        .split(' ')
        .nth(1)
        .ok_or("/proc/self/statm has no second number")?
        .parse()?;
    Ok(pages * unsafe { libc::sysconf(libc::_SC_PAGESIZE) })
}

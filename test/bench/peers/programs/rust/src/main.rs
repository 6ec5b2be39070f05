//! Rust's rtnetlink (rust-netlink) in the benchmark of peers: `peer WORKLOAD COUNT`, in a network namespace of its own,
//! prints one line of JSON. The workloads are those of ../../workloads.mjs.
mod containers;
mod events;
mod host;
mod links;
mod lists;
mod neighbors;
mod routes;
mod values;

use std::{env, future::Future, process::ExitCode, time::Instant};
use tokio::runtime::Builder;

/// Whatever fails ends the program with its reason.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What a workload measured, as a line of JSON.
pub type Line = Result<String, Failure>;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match run(&arguments) {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("rust: {}: {failure}", arguments.join(" "));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Line {
    let (workload, count) = match arguments {
        [workload, count] => (workload.as_str(), count.parse()?),
        _ => return Err("usage: peer WORKLOAD COUNT".into()),
    };
    match workload {
        "veth-pairs" => two_threads(links::veth_pairs(count)),
        "veth-pairs-up" => two_threads(links::veth_pairs_up(count)),
        "containers" => two_threads(containers::containers(count)),
        "cold" => one_thread(containers::cold(count)),
        "route-add" => one_thread(routes::route_add(count)),
        "route-list" => one_thread(lists::route_list(count)),
        "link-list" => one_thread(lists::link_list(count)),
        "neighbor-add" => one_thread(neighbors::neighbor_add(count)),
        "fdb-add" => one_thread(neighbors::fdb_add(count)),
        "route-events" => two_threads(events::route_events(count)),
        _ => Err("unknown workload".into()),
    }
}

/// Faster where requests are short: no other thread has to be woken for each.
fn one_thread(workload: impl Future<Output = Line>) -> Line {
    Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(workload)
}

/// Faster where the kernel takes its time, and where events must be heard at once: connections are served beside the
/// workload, which has a thread of its own.
fn two_threads(workload: impl Future<Output = Line>) -> Line {
    Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?
        .block_on(workload)
}

/// The time that a piece of work takes, in ns.
pub async fn measure<T>(
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<(T, u128), Failure> {
    let start = Instant::now();
    let done = work.await?;
    Ok((done, start.elapsed().as_nanos()))
}

/// The check behind the clock that the work was done.
pub fn expect(what: &str, found: usize, wanted: usize) -> Result<(), Failure> {
    if found != wanted {
        return Err(format!("{found} {what} where there should be {wanted}").into());
    }
    Ok(())
}

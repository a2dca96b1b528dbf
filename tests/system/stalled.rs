//! Clients that come in crowds and never finish what they began, against the built program.
//!
//! Each comes from an address of its own below 127.1.0.0, four from each. What they cost the others in time is measured by
//! the benchmark `crowd`; here it is held that nobody else goes without an answer, and that all of it passes.

use std::{
    fs,
    io::{ErrorKind, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::{net::TcpSocket, runtime::Builder, task::JoinSet};

use crate::{
    site::{Service, Site},
    wait::until,
};

/// A head has this time.
const HEAD: Duration = Duration::from_secs(10);
/// A silent client gives way to another after a quarter of a second: of a crowd that has just come nobody does.
const SETTLED: Duration = Duration::from_millis(500);
/// Who is turned away is told to come again after a second.
const AGAIN: Duration = Duration::from_secs(2);
/// Threads, timers and this test itself are late by no more on a busy machine.
const LATE: Duration = Duration::from_secs(15);

/// Lets this process have so many files open, or as many as it may.
fn more_files(wanted: u64) -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let may = limit.maximum.map_or(wanted, |most| most.min(wanted));
    if limit.current.is_some_and(|current| current < may) {
        let raised = Rlimit {
            current: Some(may),
            ..limit
        };
        setrlimit(Resource::Nofile, raised).unwrap();
    }
    getrlimit(Resource::Nofile).current.unwrap_or(wanted)
}

/// The files that the service has open.
fn files(service: &Service) -> usize {
    let folder = format!("/proc/{}/fd", service.running.id());
    fs::read_dir(folder).unwrap().count()
}

/// So many clients, each of which says half of its head, unless it was closed before. They stay.
fn stallers(address: SocketAddr, count: u16) -> Vec<TcpStream> {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut coming = JoinSet::new();
        for number in 0..count {
            coming.spawn(async move {
                let [high, low] = (number / 4).to_be_bytes();
                let socket = TcpSocket::new_v4().unwrap();
                let from = Ipv4Addr::new(127, 1, high, low);
                socket.bind((from, 0).into()).unwrap();
                let stream = socket.connect(address).await.ok()?;
                // It may have been closed already.
                drop(stream.try_write(b"GET /health HTTP/1.1\r\nHost:"));
                Some(stream.into_std().unwrap())
            });
        }
        coming.join_all().await.into_iter().flatten().collect()
    })
}

/// Whether the other side has ended this connection.
fn has_ended(mut stream: &TcpStream) -> bool {
    loop {
        match stream.read(&mut [0; 512]) {
            Ok(0) => return true,
            // Why there is no room.
            Ok(_) => {}
            Err(error) => return error.kind() != ErrorKind::WouldBlock,
        }
    }
}

/// Whether a client that comes now is served, and neither told that there is no room nor closed.
fn is_served(service: &Service) -> Option<()> {
    let mut stream = TcpStream::connect(service.address).ok()?;
    stream.set_read_timeout(Some(HEAD)).unwrap();
    let request = b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    stream.write_all(request).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.starts_with("HTTP/1.1 200 ").then_some(())
}

/// Waits until the crowd has come and can be missed: until nobody else was turned away for a while.
fn settles(service: &Service) {
    let mut since = Instant::now();
    until("answers beside the crowd", HEAD, || {
        if is_served(service).is_none() {
            since = Instant::now();
        }
        (since.elapsed() >= SETTLED).then_some(())
    });
}

/// A crowd of stallers, and others who ask meanwhile on connections of their own.
fn keeps_out_nobody(service: &Service, count: u16) {
    let before = files(service);
    let crowd = stallers(service.address, count);
    assert!(crowd.len() > usize::from(count) * 9 / 10, "{}", crowd.len());
    settles(service);
    let most = 512 + 128 + 64;
    let mut at_once = 0;
    for _ in 0..50 {
        // Clients whose handshake was cut short come later, and may be many at once.
        let mut asked = 0;
        let answer = until("an answer when it is asked for again", AGAIN, || {
            asked += 1;
            let answer = service.get("/api/v1/cluster/usage");
            (answer.status != 503).then_some(answer)
        });
        at_once += usize::from(asked == 1);
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.json()["storage"]["state"], "fresh");
        let open = files(service);
        assert!(open < most, "{open} files are open");
    }
    assert!(at_once >= 45, "{at_once} of 50 were served at once");
    let mut staying = crowd;
    // One whose handshake was cut short by a full queue of the kernel is taken in when its client tries again, or never.
    let few = usize::from(count) / 100;
    until("the crowd has gone", 3 * HEAD + LATE, || {
        staying.retain(|stream| !has_ended(stream));
        (staying.len() <= few && files(service) <= before + 4).then_some(())
    });
}

#[test]
fn a_thousand_clients_that_stall_in_their_heads_keep_out_nobody_and_are_gone_after_the_deadline() {
    more_files(4096);
    let site = Site::new();
    let service = site.serve(&site.toml("poll_interval = \"1s\"", ""));
    keeps_out_nobody(&service, 1000);
    let calls = site.tool.calls();
    until("a further reading", LATE, || {
        (site.tool.calls() > calls).then_some(())
    });
    assert_eq!(service.usage()["storage"]["state"], "fresh");
    service.stop();
}

#[test]
fn ten_thousand_connections_are_capped_and_not_fatal() {
    let may = more_files(12_000);
    let count = u16::try_from(may.saturating_sub(1000).min(10_000)).unwrap();
    assert_eq!(
        count, 10_000,
        "this test needs 11000 open files: `ulimit -Hn` says how many there may be"
    );
    let site = Site::new();
    let service = site.serve(&site.toml("poll_interval = \"1s\"", ""));
    keeps_out_nobody(&service, count);
    let calls = site.tool.calls();
    until("a further reading", LATE, || {
        (site.tool.calls() > calls).then_some(())
    });
    let said = service.stop().stderr;
    let crowds = said.matches("no more connections at once").count();
    assert!(crowds <= 2, "a line for each of them: {said}");
}

#[test]
fn where_few_files_may_be_open_fewer_connections_are_served_and_the_nodes_have_theirs() {
    let site = Site::new();
    let toml = site.toml("poll_interval = \"1s\"", "");
    let mut service = site.serve_with_files(&toml, 300);
    let line = service.running.says("so many files may be open");
    assert!(
        line.contains("files=300 max_connections=512 connections="),
        "{line}"
    );
    let crowd = stallers(service.address, 400);
    settles(&service);
    let calls = site.tool.calls();
    until("two readings", LATE, || {
        (site.tool.calls() > calls + 1).then_some(())
    });
    assert_eq!(service.usage()["storage"]["state"], "fresh");
    drop(crowd);
    let said = service.stop().stderr;
    assert!(!said.contains("no connection can be taken"), "{said}");
}

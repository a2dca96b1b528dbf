//! The end of the service: within 5 s, whatever hangs, and with nothing left behind.

use std::{
    fs,
    io::Read,
    net::TcpStream,
    thread::sleep,
    time::{Duration, Instant},
};

use rustix::fs::{CWD, Mode, mkfifoat};
use vhi_usage::sim::fault::Fault;

use crate::{
    http, processes,
    program::{Ended, Program},
    site::{ENDS, Service, Site, TOKEN, text},
    sshd::user,
    tool::REPORT,
    wait::until,
};

const SOON: Duration = Duration::from_secs(20);
/// What does not wait for anybody ends within this time.
const AT_ONCE: Duration = Duration::from_secs(2);

/// A service in its first round, that of a node whose command hangs.
fn hung(site: &Site) -> Service {
    site.tool.hangs();
    let toml = site.toml("", "command_timeout = \"4s\"");
    let program = Program::new(&site.empty_folder(), &["--config", text(&toml), "serve"]);
    let service = Service::start(program);
    until("the command hangs", SOON, || {
        (!processes::with_word(site.tool.marker()).is_empty()).then_some(())
    });
    service
}

/// A service whose newest raw text is as large as one may be, nearly.
fn wordy(site: &Site) -> Service {
    let chatter = "a line of chatter that no rule reads\n".repeat(100_000);
    site.tool.prints(&format!("{chatter}{REPORT}"));
    site.serve(&site.toml("", ""))
}

/// A client that has asked for it, and has taken the beginning of the answer. It asks more than once: what the system
/// holds for a client may grow, but not so far.
fn client(service: &Service) -> (TcpStream, Vec<u8>) {
    let mut stream = http::asking(service.address, "/api/v1/clusters/cluster1/raw", TOKEN, 5);
    let mut begun = vec![0; 512];
    let count = stream.read(&mut begun).unwrap();
    begun.truncate(count);
    (stream, begun)
}

#[track_caller]
fn well(ended: &Ended) {
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
}

#[test]
fn a_command_that_hangs_is_ended_on_the_node_with_the_service() {
    let site = Site::new();
    let service = hung(&site);
    let idle = http::idle_client(service.address);
    let begun = Instant::now();
    well(&service.running.end_by("INT", ENDS));
    // Nobody but the node was to be waited for.
    assert!(
        begun.elapsed() < Duration::from_secs(3),
        "{:?}",
        begun.elapsed()
    );
    // OpenSSH passes no signal on to a command of root's: its `timeout` on the node ends that.
    let gone = match user().as_str() {
        "root" => Duration::from_secs(6),
        _ => Duration::from_millis(500),
    };
    site.tool.is_rid_of_hung_commands(gone);
    drop(idle);
}

#[test]
fn an_answer_that_has_begun_comes_whole_to_a_slow_client() {
    let site = Site::new();
    let service = wordy(&site);
    let (mut stream, mut answer) = client(&service);
    service.running.signal("TERM");
    until("nobody listens any more", ENDS, || {
        TcpStream::connect(service.address).is_err().then_some(())
    });
    let mut piece = vec![0; 512 * 1024];
    loop {
        let count = stream.read(&mut piece).unwrap();
        if count == 0 {
            break;
        }
        answer.extend_from_slice(&piece[..count]);
        sleep(Duration::from_millis(20));
    }
    well(&service.running.end(ENDS));
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.ends_with(REPORT), "{} bytes", answer.len());
}

#[test]
fn clients_that_take_nothing_or_say_nothing_hold_up_no_end() {
    let site = Site::new();
    let service = wordy(&site);
    let stalled = client(&service);
    let others = (
        http::idle_client(service.address),
        http::unfinished_client(service.address),
    );
    let ended = service.running.end_by("TERM", ENDS);
    well(&ended);
    assert!(
        ended
            .stderr
            .contains("clients held connections beyond the end connections=2"),
        "{}",
        ended.stderr
    );
    drop((stalled, others));
}

#[test]
fn a_frozen_node_and_a_panel_that_hangs_hold_up_no_end() {
    let mut site = Site::new();
    site.cluster().scenario.set_fault(Fault::PanelHang, true);
    let service = hung(&site);
    site.node().signal("STOP");
    let ended = service.running.end_by("TERM", ENDS);
    site.node().signal("CONT");
    well(&ended);
}

#[test]
fn a_service_that_has_just_begun_ends_as_well() {
    let mut site = Site::new();
    site.cluster().scenario.set_fault(Fault::PanelHang, true);
    site.node().signal("STOP");
    let toml = site.toml("", "");
    let program = Program::new(&site.empty_folder(), &["--config", text(&toml), "serve"]);
    let service = Service::start(program);
    let ended = service.running.end_by("TERM", ENDS);
    site.node().signal("CONT");
    well(&ended);
}

#[test]
fn a_second_signal_ends_the_service_at_once_and_says_so_in_its_code() {
    let site = Site::new();
    for (second, code) in [("INT", 130), ("TERM", 143)] {
        let mut service = wordy(&site);
        let stalled = client(&service);
        service.running.signal("INT");
        service.running.says("interrupted, ending");
        let ended = service.running.end_by(second, AT_ONCE);
        assert_eq!(ended.code, Some(code), "{}", ended.stderr);
        assert!(ended.stderr.contains("asked twice"), "{}", ended.stderr);
        drop(stalled);
    }
}

#[test]
fn settings_that_lie_where_nothing_answers_hold_up_no_end() {
    let site = Site::new();
    let toml = site.toml("", "");
    let service = site.serve(&toml);
    // Whoever opens it waits for somebody to write.
    fs::remove_file(&toml).unwrap();
    mkfifoat(CWD, &toml, Mode::RUSR).unwrap();
    service.running.signal("HUP");
    assert_eq!(service.usage()["status"], "complete");
    well(&service.running.end_by("TERM", ENDS));
}

//! What systemd hears of the service on the socket that it gives to it.

use std::{
    fs::File,
    io::ErrorKind,
    os::{fd::AsRawFd, unix::net::UnixDatagram},
    path::Path,
    time::Duration,
};

use crate::{
    program::Program,
    site::{ENDS, Service, Site, text},
};

const SOON: Duration = Duration::from_secs(20);
/// Every half second the service tells that it lives.
const WATCHDOG: Duration = Duration::from_secs(2);

/// systemd's end of the socket, and what it has heard.
struct Systemd {
    socket: UnixDatagram,
    heard: Vec<String>,
}

impl Systemd {
    /// A socket `notify` in this folder.
    #[track_caller]
    fn listen(folder: &Path) -> Systemd {
        // The name of a socket must be short, and that of the folder need not be.
        let folder = File::open(folder).unwrap();
        let path = format!("/proc/self/fd/{}/notify", folder.as_raw_fd());
        let socket = UnixDatagram::bind(path).unwrap();
        Systemd {
            socket,
            heard: Vec::new(),
        }
    }

    /// The next words, if they come in time.
    #[track_caller]
    fn next(&mut self, within: Duration) -> Option<String> {
        self.socket.set_read_timeout(Some(within)).unwrap();
        let mut piece = [0; 4096];
        let length = match self.socket.recv(&mut piece) {
            Ok(length) => length,
            Err(error) => {
                // A signal to these tests ends no wait.
                if error.kind() == ErrorKind::Interrupted {
                    return self.next(within);
                }
                assert_eq!(error.kind(), ErrorKind::WouldBlock, "{error}");
                return None;
            }
        };
        let word = String::from_utf8(piece[..length].to_vec()).unwrap();
        let word = word.strip_suffix('\n').expect("whole lines").to_owned();
        self.heard.push(word.clone());
        Some(word)
    }

    /// Hears until these words come.
    #[track_caller]
    fn hears(&mut self, words: &str) {
        while let Some(word) = self.next(SOON) {
            if word == words {
                return;
            }
        }
        panic!("not heard: {words:?}; but {:?}", self.heard);
    }
}

/// `serve` below systemd, with more variables.
fn start(site: &Site, more: &[(&str, &str)]) -> (Service, Systemd) {
    let folder = site.empty_folder();
    let systemd = Systemd::listen(&folder);
    let toml = site.toml("poll_interval = \"1s\"\nmax_age = \"60s\"", "");
    let mut variables = crate::site::variables(more);
    // It begins at the folder that the program runs in.
    variables.insert("NOTIFY_SOCKET".to_owned(), "notify".to_owned());
    let program = Program::new(&folder, &["--config", text(&toml), "serve"]);
    (Service::start(program.variables(&variables)), systemd)
}

#[test]
fn the_service_is_up_after_its_first_round_and_not_before() {
    let mut site = Site::new();
    let gate = site.path("gate");
    site.tool.does(&format!(
        "while [ ! -e '{}' ]; do sleep 0.05; done; cat \"$here/report\"",
        gate.display()
    ));
    let (service, mut systemd) = start(&site, &[]);
    systemd.hears("STATUS=first round: 0 of 1 clusters have ended it");
    site.write("gate", "");
    systemd.hears("READY=1");
    let heard = [
        "STATUS=first round: 0 of 1 clusters have ended it",
        "STATUS=1 of 1 clusters complete",
        "READY=1",
    ];
    assert_eq!(systemd.heard, heard);
    // No watchdog was asked for. What changes is told, and nothing else.
    site.node().stop();
    systemd.hears("STATUS=0 of 1 clusters complete");
    assert_eq!(systemd.heard.len(), 4, "{:?}", systemd.heard);
    let ended = service.running.end_by("TERM", ENDS);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    systemd.hears("STOPPING=1");
    assert_eq!(systemd.heard.len(), 5, "{:?}", systemd.heard);
}

#[test]
fn the_service_is_up_although_its_only_node_is_down() {
    let mut site = Site::new();
    site.node().stop();
    let (service, mut systemd) = start(&site, &[]);
    systemd.hears("READY=1");
    assert!(
        systemd
            .heard
            .contains(&"STATUS=0 of 1 clusters complete".to_owned()),
        "{:?}",
        systemd.heard
    );
    service.stop();
}

#[test]
fn the_watchdog_hears_of_a_service_that_lives_and_nothing_of_one_that_stands_still() {
    let site = Site::new();
    let micros = WATCHDOG.as_micros().to_string();
    let (service, mut systemd) = start(&site, &[("WATCHDOG_USEC", &micros)]);
    // A source that hangs is no service that does.
    site.tool.hangs();
    for _ in 0..6 {
        systemd.hears("WATCHDOG=1");
    }
    service.running.signal("STOP");
    // What had been said before.
    while systemd.next(Duration::from_millis(100)).is_some() {}
    assert_eq!(systemd.next(WATCHDOG), None);
    service.running.signal("CONT");
    systemd.hears("WATCHDOG=1");
    service.stop();
}

#[test]
fn a_socket_that_is_not_there_is_told_of_once_and_costs_nothing_else() {
    let site = Site::new();
    let mut variables = site.variables();
    variables.insert("NOTIFY_SOCKET".to_owned(), "gone".to_owned());
    variables.insert("WATCHDOG_USEC".to_owned(), "200000".to_owned());
    let service = site.serve_with(&variables);
    let ended = service.stop();
    let told = ended.stderr.matches("systemd cannot be told").count();
    assert_eq!(told, 1, "{}", ended.stderr);
}

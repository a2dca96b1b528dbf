//! A private OpenSSH server: own configuration, own keys, a loopback port of its own.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    net::{IpAddr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use crate::{
    keys::{self, Key},
    wait::until,
};

const PATIENCE: Duration = Duration::from_secs(20);
/// Between our choice of a free port and the server's binding of it another program may take it.
const TRIES: u32 = 5;

/// A server, running or stopped. Killed and waited for when dropped.
pub(crate) struct Sshd {
    folder: PathBuf,
    pub(crate) address: SocketAddr,
    /// Ed25519, ECDSA and RSA.
    pub(crate) host_keys: Vec<Key>,
    /// Of its configuration.
    more: String,
    child: Option<Child>,
}

impl Sshd {
    /// A server at this loopback address whose files are in the folder. Nobody may log in yet.
    #[track_caller]
    pub(crate) fn start(folder: &Path, ip: IpAddr) -> Sshd {
        Sshd::start_with(folder, ip, "")
    }

    /// With further lines of its configuration.
    #[track_caller]
    pub(crate) fn start_with(folder: &Path, ip: IpAddr, more: &str) -> Sshd {
        let mut sshd = Sshd {
            folder: folder.to_owned(),
            address: SocketAddr::new(ip, 0),
            host_keys: host_keys(folder, "host"),
            more: more.to_owned(),
            child: None,
        };
        sshd.authorize(&[]);
        for _ in 0..TRIES {
            sshd.address = TcpListener::bind((ip, 0)).unwrap().local_addr().unwrap();
            if sshd.up() {
                return sshd;
            }
        }
        panic!("sshd does not start: {}", sshd.log());
    }

    /// `user@host:port`, as the settings name a node.
    pub(crate) fn node(&self) -> String {
        format!("{}@{}", user(), self.address)
    }

    /// The lines that may log in.
    pub(crate) fn authorize(&self, lines: &[String]) {
        fs::write(self.folder.join("authorized_keys"), lines.concat()).unwrap();
    }

    /// Its lines for a known_hosts file.
    pub(crate) fn known_hosts(&self) -> String {
        let (ip, port) = (self.address.ip(), self.address.port());
        let line = |key: &Key| format!("[{ip}]:{port} {}\n", key.public);
        self.host_keys.iter().map(line).collect()
    }

    /// Ends the server and every connection that it serves.
    pub(crate) fn stop(&mut self) {
        let Some(mut child) = self.child.take() else {
            return;
        };
        // Those who serve a connection are its children, and live on without it.
        let serving = children(child.id());
        // It may have ended by itself.
        drop(child.kill());
        drop(child.wait());
        for id in serving {
            signal(id, "KILL");
        }
    }

    /// Sends a signal to the server and to all that serve a connection of it.
    #[track_caller]
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.as_ref().expect("a server that runs").id();
        for id in [vec![id], children(id)].concat() {
            signal(id, name);
        }
    }

    /// Starts it again where it was.
    #[track_caller]
    pub(crate) fn start_again(&mut self) {
        assert!(self.up(), "sshd does not start again: {}", self.log());
    }

    /// What it wrote since it was first started.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.join("sshd.log")).unwrap_or_default()
    }

    /// How many logins it has granted.
    pub(crate) fn logins(&self) -> usize {
        self.log().matches("Accepted publickey for").count()
    }

    /// Further lines of its configuration, in force from its next start on.
    pub(crate) fn configure(&mut self, more: &str) {
        more.clone_into(&mut self.more);
    }

    /// Host keys of which nobody knows, in force from its next start on, as after a new installation.
    pub(crate) fn installed_anew(&mut self) {
        self.host_keys = host_keys(&self.folder, "new_host");
    }

    /// The processes that serve a connection each. While it is stopped there are none.
    pub(crate) fn serving(&self) -> Vec<u32> {
        let child = self.child.as_ref();
        child.map_or_else(Vec::new, |child| own_children(child.id()))
    }

    /// Cuts the connection that a process serves.
    pub(crate) fn cut(&self, serving: u32) {
        signal(serving, "KILL");
    }

    /// Every connection that its log names, by the client's port.
    pub(crate) fn clients(&self) -> BTreeSet<String> {
        let log = self.log();
        let ports = log.lines().filter_map(|line| line.split(" port ").nth(1));
        let words = ports.filter_map(|rest| rest.split([' ', ':', '.']).next());
        words.map(str::to_owned).collect()
    }

    /// Starts it and waits until it takes connections; `false` where it ended instead.
    #[track_caller]
    fn up(&mut self) -> bool {
        fs::write(self.folder.join("sshd_config"), self.config()).unwrap();
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder.join("sshd.log"));
        let mut command = Command::new("/usr/sbin/sshd");
        command
            .args(["-D", "-e", "-f"])
            .arg(self.folder.join("sshd_config"));
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let child = command.stderr(log.unwrap()).spawn();
        let mut child =
            child.expect("/usr/sbin/sshd runs: tests/run installs it where it is missing");
        let address = self.address;
        let up = until("sshd takes connections", PATIENCE, || {
            if child.try_wait().unwrap().is_some() {
                return Some(false);
            }
            TcpStream::connect(address).is_ok().then_some(true)
        });
        self.child = Some(child);
        up
    }

    fn config(&self) -> String {
        // Run by root, it gives up its privileges in a folder that a service's start would make.
        if user() == "root" {
            fs::create_dir_all("/run/sshd").unwrap();
        }
        let (ip, port) = (self.address.ip(), self.address.port());
        // It is the user's home for their login shell, too: what the shell's own files there do is no part of a test.
        let folder = self.folder.display();
        let files = self.host_keys.iter();
        let host_keys: String = files
            .map(|key| format!("HostKey {}\n", key.file.display()))
            .collect();
        format!(
            "ListenAddress {ip}\nPort {port}\n{host_keys}AuthorizedKeysFile {folder}/authorized_keys\n\
             StrictModes no\nUsePAM no\nPidFile none\nUseDNS no\nPermitRootLogin prohibit-password\n\
             PasswordAuthentication no\nKbdInteractiveAuthentication no\nLogLevel INFO\n\
             SetEnv HOME={folder}\n{}",
            self.more
        )
    }
}

#[expect(clippy::print_stderr, reason = "a test that failed shows why")]
impl Drop for Sshd {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("-- sshd at {} said:\n{}", self.address, self.log());
        }
        self.stop();
    }
}

/// New ones, in files of these names.
#[track_caller]
fn host_keys(folder: &Path, name: &str) -> Vec<Key> {
    let kinds: [(&str, &[&str]); 3] = [("ed25519", &[]), ("ecdsa", &[]), ("rsa", &["-b", "2048"])];
    let key = |(kind, more)| keys::make(folder, &format!("{name}_{kind}"), kind, more);
    kinds.map(key).into()
}

/// Who runs the tests.
#[track_caller]
pub(crate) fn user() -> String {
    let output = Command::new("id").arg("-un").output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// All descendants of a process.
fn children(id: u32) -> Vec<u32> {
    let own = own_children(id).into_iter();
    own.flat_map(|child| [vec![child], children(child)].concat())
        .collect()
}

fn own_children(id: u32) -> Vec<u32> {
    let listed = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
    let words = listed.split_ascii_whitespace();
    words.filter_map(|word| word.parse().ok()).collect()
}

fn signal(id: u32, name: &str) {
    let kill = format!("kill -{name} {id} 2>/dev/null");
    // It may have ended by itself.
    drop(Command::new("sh").args(["-c", &kill]).status());
}

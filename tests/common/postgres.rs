//! A PostgreSQL server of our own on loopback, for as long as the tests of one binary run, and a database for each.
//!
//! `TEST_POSTGRES_URL` names a server that is used instead.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::{
    env, fs,
    io::Write,
    net::{Ipv4Addr, TcpListener},
    os::unix::fs::chown,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use vhi_usage::store::place::Place;

/// For a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(60);
/// Who the server runs as where the tests run as root, which it refuses.
const NOBODY: u32 = 65534;

/// Runs the server, stops and starts it when it is told to, and waits until whoever told it is gone, however that ended;
/// then it ends the server and removes its folder.
const KEEPER: &str = r#"trap '' INT TERM HUP
folder=$1; shift
"$@" </dev/null >"$folder/log" 2>&1 &
while read -r word; do
    case $word in
    stop) kill -INT $!; wait $! ;;
    start) "$@" </dev/null >>"$folder/log" 2>&1 & ;;
    esac
done
kill -QUIT $! 2>/dev/null
wait
rm -rf "$folder"
"#;

struct Server {
    url: String,
    ours: bool,
    /// Its input ends when this process does.
    keeper: Option<Child>,
}

/// A server of one test alone, which can be stopped.
pub(crate) struct Alone {
    server: Server,
}

impl Alone {
    /// A new, empty one.
    pub(crate) fn new() -> Alone {
        Alone { server: start() }
    }

    /// The address of its database, as settings hold it.
    pub(crate) fn url(&self) -> &str {
        &self.server.url
    }

    /// Stops it, as its own stop does, or starts it again.
    pub(crate) fn is_there(&self, there: bool) {
        let keeper = self.server.keeper.as_ref().unwrap();
        let word = if there { "start" } else { "stop" };
        writeln!(keeper.stdin.as_ref().unwrap(), "{word}").unwrap();
        let begun = Instant::now();
        while is_ready(&self.server.url) != there {
            assert!(begun.elapsed() < PATIENCE, "the server does not {word}");
            thread::sleep(Duration::from_millis(50));
        }
    }
}

/// A database of one test.
pub(crate) struct Database {
    name: String,
}

impl Database {
    /// A new, empty one.
    pub(crate) async fn new() -> Database {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("usage_{}_{count}", std::process::id());
        run(&server().url, format!("CREATE DATABASE {name}")).await;
        Database { name }
    }

    /// Its address, as settings hold it.
    pub(crate) fn url(&self) -> String {
        let (server, _) = server().url.rsplit_once('/').unwrap();
        format!("{server}/{}", self.name)
    }

    /// The same.
    pub(crate) fn place(&self) -> Place {
        self.url().parse().unwrap()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let server = server();
        // A server of our own is removed as a whole.
        if !server.ours {
            let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
            let dropped = thread::spawn(move || {
                let runtime = tokio::runtime::Runtime::new().unwrap();
                runtime.block_on(run(&server.url, sql));
            });
            assert!(dropped.join().is_ok() || thread::panicking());
        }
    }
}

async fn run(url: &str, sql: String) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| match env::var("TEST_POSTGRES_URL") {
        Ok(url) => Server {
            url,
            ours: false,
            keeper: None,
        },
        Err(_) => start(),
    })
}

fn start() -> Server {
    let tools = tools();
    let folder = tempfile::Builder::new()
        .prefix("usage-postgres-")
        .tempdir()
        .unwrap();
    if root() {
        chown(folder.path(), Some(NOBODY), Some(NOBODY)).unwrap();
    }
    let data = folder.path().join("data");
    let made = unprivileged(&tools.join("initdb"))
        .arg("--pgdata")
        .arg(&data)
        .args(["--username=postgres", "--auth=trust", "--encoding=UTF8"])
        .args(["--no-locale", "--no-sync"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(made.status.success(), "initdb: {made:?}");
    // Whoever takes the port in between makes the server end, and the wait for it fail.
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let mut server = unprivileged(&tools.join("postgres"));
    server.arg("-D").arg(&data).args(["-p", &port.to_string()]);
    server.args(["-h", "127.0.0.1", "-c", "unix_socket_directories="]);
    server.args(["-c", "max_connections=200"]);
    let keeper = Command::new("sh")
        .args(["-c", KEEPER, "sh"])
        .arg(folder.path())
        .arg(server.get_program())
        .args(server.get_args())
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    // From here on the keeper removes it.
    let folder = folder.keep();
    let begun = Instant::now();
    let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
    while !is_ready(&url) {
        let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
        assert!(begun.elapsed() < PATIENCE, "the server is not there: {log}");
        thread::sleep(Duration::from_millis(50));
    }
    Server {
        url,
        ours: true,
        keeper: Some(keeper),
    }
}

/// Whether the server of this address takes connections.
fn is_ready(url: &str) -> bool {
    let mut asked = Command::new(tools().join("pg_isready"));
    asked.args(["-q", "-d", url]).status().unwrap().success()
}

/// The folder with Debian's newest server.
fn tools() -> PathBuf {
    let all = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let found = all
        .map(|entry| entry.unwrap().path().join("bin"))
        .filter(|bin| bin.join("postgres").is_file())
        .max_by_key(|bin| version(bin));
    found.expect("there is no PostgreSQL: install the package `postgresql`, or run tests/run")
}

fn version(bin: &Path) -> u32 {
    let version = bin.parent().and_then(Path::file_name).unwrap();
    version.to_str().unwrap().parse().unwrap_or_default()
}

fn unprivileged(program: &Path) -> Command {
    if !root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    let ids = [
        format!("--reuid={NOBODY}"),
        format!("--regid={NOBODY}"),
        "--clear-groups".to_owned(),
    ];
    command.args(ids).arg(program);
    command
}

fn root() -> bool {
    rustix::process::geteuid().is_root()
}

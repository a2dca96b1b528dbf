//! A thousand hung commands in a row on a real OpenSSH server, which gives a connection ten slots and no more.

use std::{
    collections::BTreeMap,
    env,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle, sleep},
    time::{Duration, Instant},
};

use tokio::{runtime::Runtime, task::JoinSet};
use vhi_usage::ssh::{
    error::SshError, host_keys::HostKeys, login::Login, node::Node, output::Output, pool::Pool,
};

use crate::{processes, site::Site, tool::Tool, wait::until};

const HUNG: usize = 1_000;
/// How long a command may take.
const WITHIN: Duration = Duration::from_millis(250);
/// How much longer it may be there.
const LONGER: Duration = Duration::from_secs(2);
/// As many as the settings allow, one below what the server does.
const MAX_CHANNELS: usize = 9;
const PATIENCE: Duration = Duration::from_secs(120);
/// What a client that is started anew is to ask, and how, a word a line.
const ASKED: &str = "HUNG_COMMANDS";

/// What is asked where, and how to get in.
struct Asked {
    node: Node,
    key: PathBuf,
    known_hosts: PathBuf,
    command: String,
}

impl Asked {
    fn of(site: &Site) -> Asked {
        Asked {
            node: site.nodes[0].node().parse().unwrap(),
            key: site.user_key.file.clone(),
            known_hosts: site.path("known_hosts"),
            command: format!("{} -c cluster1 stat", site.tool.path().display()),
        }
    }

    fn to_words(&self) -> String {
        let (key, known_hosts) = (self.key.display(), self.known_hosts.display());
        format!("{}\n{key}\n{known_hosts}\n{}", self.node, self.command)
    }

    fn from_words(words: &str) -> Asked {
        let mut words = words.lines().map(str::to_owned);
        let mut next = || words.next().unwrap();
        Asked {
            node: next().parse().unwrap(),
            key: next().into(),
            known_hosts: next().into(),
            command: next(),
        }
    }

    fn pool(&self) -> Pool {
        let login = Login {
            key_file: self.key.clone(),
            key_passphrase: None,
            host_keys: HostKeys::File(self.known_hosts.clone()),
            connect_timeout: PATIENCE,
        };
        Pool::new(vec![self.node.clone()], login).with_max_channels(MAX_CHANNELS)
    }

    /// As many callers as there are slots, each asking again and again as long as it is told to. Every command
    /// must end by its deadline, and on the node.
    async fn ask(&self, pool: &Arc<Pool>, on: impl Fn() -> bool + Clone + Send + 'static) {
        let mut callers = JoinSet::new();
        for _ in 0..MAX_CHANNELS {
            let (pool, command, on) = (Arc::clone(pool), self.command.clone(), on.clone());
            callers.spawn(async move {
                while on() {
                    let error = pool.run(&command, WITHIN).await.unwrap_err();
                    let hung = matches!(
                        error,
                        SshError::Timeout {
                            ended_there: true,
                            ..
                        }
                    );
                    assert!(hung, "{error}");
                }
            });
        }
        while let Some(ended) = callers.join_next().await {
            ended.unwrap();
        }
    }

    async fn output(&self, pool: &Pool) -> Output {
        let (_, output) = pool.run(&self.command, PATIENCE).await.unwrap();
        output
    }
}

/// Looks all the time for processes of the tool that are older than they may be.
struct Watch {
    over: Arc<AtomicBool>,
    looking: JoinHandle<Duration>,
}

impl Watch {
    fn of(tool: &Tool) -> Watch {
        let over = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&over);
        // The shell and `timeout` name the tool, and what it runs the marker.
        let words = [tool.path().display().to_string(), tool.marker().to_owned()];
        let looking = thread::spawn(move || {
            let mut seen: BTreeMap<u32, Instant> = BTreeMap::new();
            let mut oldest = Duration::ZERO;
            while !ended.load(Ordering::Acquire) {
                let now = Instant::now();
                let alive = words.iter().flat_map(|word| processes::with_word(word));
                let alive: Vec<u32> = alive.collect();
                seen.retain(|id, _| alive.contains(id));
                for id in alive {
                    oldest = oldest.max(now - *seen.entry(id).or_insert(now));
                }
                sleep(Duration::from_millis(50));
            }
            oldest
        });
        Watch { over, looking }
    }

    /// The age of the oldest process that was ever seen.
    fn oldest(self) -> Duration {
        self.over.store(true, Ordering::Release);
        self.looking.join().unwrap()
    }
}

/// What must hold when all is over: nothing was refused, and nothing outlived its time.
#[track_caller]
fn nothing_was_lost(site: &Site, watch: Watch, connections: usize) {
    site.tool.is_rid_of_hung_commands(WITHIN + LONGER);
    let oldest = watch.oldest();
    assert!(oldest <= WITHIN + LONGER, "{oldest:?}");
    assert!(oldest >= WITHIN / 2, "nothing hung: {oldest:?}");
    let log = site.nodes[0].log();
    assert!(!log.contains("no more sessions"), "{log}");
    assert_eq!(site.nodes[0].logins(), connections, "{log}");
    assert!(site.tool.calls() > HUNG);
}

#[test]
fn a_thousand_hung_commands_in_a_row_cost_no_slot_and_leave_no_process() {
    let site = Site::new();
    site.tool.hangs();
    let (asked, watch) = (Asked::of(&site), Watch::of(&site.tool));
    let runtime = Runtime::new().unwrap();
    let pool = Arc::new(asked.pool());
    let left = Arc::new(AtomicUsize::new(HUNG));
    let fewer = |left: usize| left.checked_sub(1);
    let on = move || {
        let left = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, fewer);
        left.is_ok()
    };
    runtime.block_on(asked.ask(&pool, on));
    site.tool.works();
    let output = runtime.block_on(asked.output(&pool));
    assert!(output.stdout.starts_with(b"Cluster 'cluster1': "));
    nothing_was_lost(&site, watch, 1);
}

/// A client that asks until it is killed.
struct Client(Child);

impl Client {
    fn start(test: &str, asked: &Asked) -> Client {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["--exact", test, "--nocapture"]);
        command.env(ASKED, asked.to_words()).stdin(Stdio::null());
        Client(command.stdout(Stdio::null()).spawn().unwrap())
    }

    /// As the system does it when there is no memory left.
    #[track_caller]
    fn kill(mut self) {
        let ended = self.0.try_wait().unwrap();
        assert!(ended.is_none(), "it ended by itself: {ended:?}");
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // It may have ended already, and been waited for.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[test]
fn a_thousand_hung_commands_whose_client_is_killed_in_between_leave_nothing_either() {
    const TEST: &str =
        "hung::a_thousand_hung_commands_whose_client_is_killed_in_between_leave_nothing_either";
    const KILLS: usize = 5;
    // The client is this test as well, told what to ask.
    if let Ok(words) = env::var(ASKED) {
        let asked = Asked::from_words(&words);
        let pool = Arc::new(asked.pool());
        return Runtime::new().unwrap().block_on(asked.ask(&pool, || true));
    }
    let site = Site::new();
    site.tool.hangs();
    let (asked, watch) = (Asked::of(&site), Watch::of(&site.tool));
    for kill in 1..=KILLS {
        let client = Client::start(TEST, &asked);
        let enough = HUNG / KILLS * kill;
        until("enough hung commands", PATIENCE, || {
            (site.tool.calls() >= enough).then_some(())
        });
        client.kill();
    }
    site.tool.works();
    let runtime = Runtime::new().unwrap();
    let output = runtime.block_on(asked.output(&asked.pool()));
    assert!(output.stdout.starts_with(b"Cluster 'cluster1': "));
    nothing_was_lost(&site, watch, KILLS + 1);
}

//! A round of 1,000 simulated nodes: its wall time, its CPU time, and the memory of a kept session.
//!
//! Each node is the only one of a cluster, and is asked as the service asks it: from the settings, through
//! a pool of its own, to the reading. The servers are a process apart, which is this program once more,
//! so that time and memory are those of the client alone.

mod measured;
mod scene;
mod shown;

use std::{
    env,
    error::Error,
    fs,
    io::{self, BufRead, BufReader, Read, Write},
    path::Path,
    process::{self, Command, ExitCode, Stdio},
    sync::Arc,
    time::Instant,
};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::{runtime::Runtime, sync::Semaphore, task::JoinSet};
use vhi_usage::{
    chain::chain,
    config::{
        Config,
        origins::{EnvFile, Origins},
    },
    sim::{SimSettings, Simulator},
    source::StorageSource,
};

use scene::{Kept, say};
use shown::Goal;

const NODES: usize = 1_000;
/// As many connect at a time.
const AT_A_TIME: usize = 64;
const ROUNDS: u32 = 20;
/// A session holds its socket twice; a simulated node two sockets, its panel one, and a session two.
const FILES: u64 = 6_000;
/// The argument that makes this program the servers.
const SERVERS: &str = "servers";

type Failed = Box<dyn Error + Send + Sync>;

fn main() -> Result<ExitCode, Failed> {
    let runtime = Runtime::new()?;
    let mut words = env::args().skip(1);
    if words.next().as_deref() == Some(SERVERS) {
        let folder = words.next().ok_or("no folder is named")?;
        runtime.block_on(serve(folder.as_ref()))?;
        return Ok(ExitCode::SUCCESS);
    }
    raise_file_limit()?;
    let folder = scene::folder()?;
    let mut servers = Command::new(env::current_exe()?);
    servers.arg(SERVERS).arg(folder.path());
    servers.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut servers = Kept(servers.spawn()?);
    let out = servers.0.stdout.take().ok_or("no pipe")?;
    let mut word = String::new();
    BufReader::new(out).read_line(&mut word)?;
    if word != "ready\n" {
        return Err("the servers did not start".into());
    }
    let config = Config::load(&Origins {
        file: Some(folder.path().join("vhi-usage.toml")),
        env_file: EnvFile::Nowhere,
        ..Origins::default()
    })?;
    let mut sources = Vec::new();
    for cluster in &config.clusters {
        sources.push(Arc::new(cluster.sources()?.storage));
    }
    let theirs = servers.0.id();
    let work = async move {
        measure(sources, theirs)
            .await
            .map_err(|error| error.to_string())
    };
    Ok(scene::perform(&runtime, work))
}

/// Serves until the other side of standard input has gone.
async fn serve(folder: &Path) -> Result<(), Failed> {
    let simulator = Simulator::start(SimSettings {
        clusters: NODES,
        nodes: 1,
        ..SimSettings::default()
    })
    .await?;
    let settings = simulator.settings_toml(folder, "127.0.0.1:0")?;
    fs::write(folder.join("vhi-usage.toml"), settings)?;
    let mut out = io::stdout();
    out.write_all(b"ready\n")?;
    out.flush()?;
    tokio::task::spawn_blocking(|| io::stdin().read_to_end(&mut Vec::new())).await??;
    simulator.stop().await;
    Ok(())
}

/// Both processes need many files; the child has the limit from us.
fn raise_file_limit() -> Result<(), Failed> {
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|files| files >= FILES) {
        return Ok(());
    }
    let maximum = limit.maximum;
    if let Some(most) = maximum.filter(|files| *files < FILES) {
        return Err(format!(
            "{NODES} nodes need {FILES} open files, and no more than {most} are allowed: raise `ulimit -Hn`"
        )
        .into());
    }
    let current = Some(FILES);
    Ok(setrlimit(Resource::Nofile, Rlimit { current, maximum })?)
}

async fn measure(sources: Vec<Arc<StorageSource>>, theirs: u32) -> Result<(), Failed> {
    let own = process::id();
    let before = measured::resident(own)?;
    let begun = Instant::now();
    round(&sources, AT_A_TIME).await?;
    let (took, cpu) = (begun.elapsed(), measured::cpu_time(own)?);
    say(&format!(
        "connected within {took:.2?}, {cpu:.2?} of CPU time until then"
    ));
    let connected = measured::resident(own)?;
    round(&sources, NODES).await?;

    let cpu = (measured::cpu_time(own)?, measured::cpu_time(theirs)?);
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        round(&sources, NODES).await?;
        rounds.push(begun.elapsed().as_secs_f64());
    }
    let ours = (measured::cpu_time(own)? - cpu.0) / ROUNDS;
    let theirs = (measured::cpu_time(theirs)? - cpu.1) / ROUNDS;
    let after = measured::resident(own)?;
    let (wall, worst) = (measured::median(&rounds), measured::p99(&rounds));
    let each = |bytes: u64| share(bytes.saturating_sub(before), sources.len());
    say(&format!(
        "{ROUNDS} rounds: p50 {wall:.3} s, worst {worst:.3} s"
    ));
    say(&format!(
        "CPU time of a round: {ours:.2?}, and the servers' {theirs:.2?}"
    ));
    say(&format!(
        "memory of a session: {:.1} KiB connected, {:.1} KiB after the rounds",
        each(connected),
        each(after)
    ));
    let what = "a round of 1,000 nodes";
    let seconds = |what: &str, time: f64, goal| {
        shown::figure(what, &format!("{time:.2} s"), time, goal);
    };
    seconds(&format!("{what}, wall time"), wall, Goal::AtMost(0.5));
    seconds(&format!("{what}, CPU time"), ours.as_secs_f64(), Goal::None);
    let shown = format!("{:.0} KiB", each(after));
    let what = "memory of a kept session, one of 1,000";
    shown::figure(what, &shown, each(after), Goal::AtMost(100.0));
    Ok(())
}

/// Reads every source once, so many at a time; each must give a reading.
async fn round(sources: &[Arc<StorageSource>], at_a_time: usize) -> Result<(), Failed> {
    let free = Arc::new(Semaphore::new(at_a_time));
    let mut reads = JoinSet::new();
    for source in sources {
        let (source, free) = (Arc::clone(source), Arc::clone(&free));
        reads.spawn(async move {
            let _turn = free.acquire_owned().await;
            let read = source.read().await;
            read.reading.map(drop).map_err(|error| chain(&error))
        });
    }
    while let Some(read) = reads.join_next().await {
        read??;
    }
    Ok(())
}

/// In KiB.
#[expect(clippy::cast_precision_loss, reason = "no memory needs 53 bits")]
fn share(bytes: u64, sessions: usize) -> f64 {
    bytes as f64 / 1024.0 / sessions as f64
}

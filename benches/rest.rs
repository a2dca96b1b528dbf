//! The service at rest: its memory after an hour at default settings, beside a simulated cluster.
//!
//! `REST_SECONDS` makes it a shorter look. Program and simulator run from a copy, so that a build meanwhile
//! changes nothing.

mod measured;
mod scene;
mod shown;

use std::{
    env,
    error::Error,
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Command, ExitCode},
    time::Duration,
};

use tokio::{
    runtime::Builder,
    time::{Instant, interval},
};

use scene::{PATIENCE, say, started::Started};
use shown::Goal;

const HOUR: Duration = Duration::from_secs(3600);
const MIB: f64 = 1024.0 * 1024.0;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let rest = match env::var("REST_SECONDS") {
        Ok(seconds) => match seconds.parse() {
            Ok(seconds @ 1..) => Duration::from_secs(seconds),
            _ => {
                return Err(format!(
                    "REST_SECONDS is {seconds}: say a whole number of seconds from 1 on"
                )
                .into());
            }
        },
        Err(_) => HOUR,
    };
    let folder = scene::folder()?;
    let place = folder.path().to_owned();
    // Apart, so that what is measured is not ours.
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let work = async move { look(&place, rest).await.map_err(|error| error.to_string()) };
    let end = scene::perform(&runtime, work);
    // The task that was given up takes its children with it.
    drop(runtime);
    Ok(end)
}

async fn look(folder: &Path, rest: Duration) -> Result<(), Box<dyn Error + Send + Sync>> {
    let program = folder.join("vhi-usage");
    fs::copy(scene::program(), &program)?;
    let mut simulator = Started::new(folder, "sim", Command::new(&program).arg("sim"))?;
    simulator.says("simulating").await?;
    let settings = fs::read_to_string(folder.join("sim.out"))?;
    let toml = folder.join("vhi-usage.toml");
    fs::write(&toml, with_any_port(&settings)?)?;
    let mut command = Command::new(&program);
    command.arg("--config").arg(&toml).arg("serve");
    let mut service = Started::new(folder, "serve", &mut command)?;
    let address = service.serves().await?;

    say(&format!("the service rests for {rest:?}"));
    let end = Instant::now() + rest;
    let mut minutes = interval(Duration::from_secs(60).min(rest / 2));
    minutes.tick().await;
    while Instant::now() < end {
        tokio::select! {
            _ = minutes.tick() => {}
            () = tokio::time::sleep_until(end) => {}
        }
        simulator.still_runs()?;
        service.still_runs()?;
        let left = end.saturating_duration_since(Instant::now());
        let resident = mib(measured::resident(service.child.0.id())?);
        say(&format!("{resident:.1} MiB, {} s left", left.as_secs()));
    }
    if !is_ready(address)? {
        return Err(format!("the service has no figures: {}", service.said()).into());
    }
    let resident = mib(measured::resident(service.child.0.id())?);
    let what = format!("memory of the service at rest, after {}", told(rest));
    let shown = format!("{resident:.1} MiB");
    shown::figure(&what, &shown, resident, Goal::AtMost(25.0));
    Ok(())
}

/// Whether all its figures are there.
fn is_ready(address: SocketAddr) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "GET /ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.starts_with("HTTP/1.1 200 "))
}

/// The settings that the simulator printed, on a free port.
fn with_any_port(settings: &str) -> Result<String, &'static str> {
    let (_, rest) = settings
        .split_once('\n')
        .filter(|(first, _)| first.starts_with("listen = "))
        .ok_or("the simulator's settings do not begin with `listen`")?;
    Ok(format!("listen = \"127.0.0.1:0\"\n{rest}"))
}

fn told(rest: Duration) -> String {
    match rest.as_secs() {
        3600 => "an hour".to_owned(),
        seconds if seconds % 60 == 0 => format!("{} min", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}

#[expect(clippy::cast_precision_loss, reason = "no memory needs 53 bits")]
fn mib(bytes: u64) -> f64 {
    bytes as f64 / MIB
}

//! What 1,000 clients that stall in mid-head cost the others: the time of an answer beside them and without them.
//!
//! ```text
//! without    beside    without    beside …      250 requests in each turn, one in 20 ms, half of them on connections of
//!                                              their own
//! ```
//!
//! The clients come from 250 addresses, say half of a head, and say no more. All turns are taken in one run, against one
//! service at default settings, so that a slow machine changes both sides.

mod measured;
mod scene;
mod shown;

use std::{
    error::Error,
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    process::{Command, ExitCode},
    time::Duration,
};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    runtime::Builder,
    task::JoinSet,
    time::{Instant, interval, sleep, timeout},
};
use vhi_usage::sim::{SimSettings, Simulator};

use scene::{PATIENCE, say, started::Started};
use shown::Goal;

const STALLERS: u16 = 1000;
const ROUNDS: usize = 5;
const REQUESTS: usize = 250;
const BETWEEN: Duration = Duration::from_millis(20);
/// The head that is never ended is cut after 10 s.
const GONE: Duration = Duration::from_secs(12);

type Failure = Box<dyn Error + Send + Sync>;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let folder = scene::folder()?;
    let place = folder.path().to_owned();
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let work = async move { look(&place).await.map_err(|error| error.to_string()) };
    let end = scene::perform(&runtime, work);
    // The task that was given up takes its children with it.
    drop(runtime);
    Ok(end)
}

async fn look(folder: &Path) -> Result<(), Failure> {
    let limit = getrlimit(Resource::Nofile);
    let current = limit.maximum;
    setrlimit(Resource::Nofile, Rlimit { current, ..limit })?;
    let simulator = Simulator::start(SimSettings::default()).await?;
    let toml = folder.join("vhi-usage.toml");
    fs::write(&toml, simulator.settings_toml(folder, "127.0.0.1:0")?)?;
    let mut command = Command::new(scene::program());
    command.arg("--config").arg(&toml).arg("serve");
    let mut service = Started::new(folder, "serve", &mut command)?;
    let address = service.serves().await?;
    let client = Client {
        address,
        request: format!(
            "GET /api/v1/cluster/usage HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\n\r\n",
            simulator.api_token()
        ),
    };
    let ready = async {
        while client.turn(2).await.is_err() {
            sleep(BETWEEN).await;
        }
    };
    timeout(PATIENCE, ready)
        .await
        .map_err(|_| format!("it has no figures: {}", service.said()))?;

    let (mut without, mut beside) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        without.extend(client.turn(REQUESTS).await?);
        let crowd = stall(address).await?;
        beside.extend(client.turn(REQUESTS).await?);
        drop(crowd);
        service.still_runs()?;
        say(&format!("round {round} of {ROUNDS}"));
    }
    // What is left of the last crowd goes as the first one did.
    let crowd = stall(address).await?;
    let begun = Instant::now();
    for mut stream in crowd {
        let mut rest = Vec::new();
        let ended = timeout(GONE, stream.read_to_end(&mut rest));
        // It ends with an error where it was cut before it had sent anything.
        drop(
            ended
                .await
                .map_err(|_| "a client that stalls is still held")?,
        );
    }
    say(&format!("the crowd was gone after {:?}", begun.elapsed()));

    let (without, beside) = (measured::p99(&without), measured::p99(&beside));
    let added = beside - without;
    let what = format!(
        "usage route, p99 beside {STALLERS} clients that stall in mid-head, less the {without:.2} ms without them"
    );
    shown::figure(&what, &format!("{added:.2} ms"), added, Goal::AtMost(10.0));
    drop(service);
    simulator.stop().await;
    Ok(())
}

/// Clients that say half of a head. Those that were let in keep the service waiting when this is done.
async fn stall(address: SocketAddr) -> Result<Vec<TcpStream>, Failure> {
    let mut coming = JoinSet::new();
    for number in 0..STALLERS {
        coming.spawn(async move {
            let [high, low] = (number / 4).to_be_bytes();
            let socket = TcpSocket::new_v4()?;
            socket.bind((Ipv4Addr::new(127, 1, high, low), 0).into())?;
            let mut stream = socket.connect(address).await?;
            // It may have been closed already.
            drop(stream.write_all(b"GET /health HTTP/1.1\r\nHost:").await);
            Ok::<_, std::io::Error>(stream)
        });
    }
    let mut crowd = Vec::new();
    while let Some(stream) = coming.join_next().await {
        crowd.push(stream??);
    }
    sleep(Duration::from_millis(500)).await;
    Ok(crowd)
}

/// One of the others.
struct Client {
    address: SocketAddr,
    request: String,
}

impl Client {
    /// The times of so many answers in milliseconds.
    async fn turn(&self, requests: usize) -> Result<Vec<f64>, Failure> {
        let mut kept = TcpStream::connect(self.address).await?;
        let mut pace = interval(BETWEEN);
        let mut times = Vec::new();
        for number in 0..requests {
            pace.tick().await;
            let begun = Instant::now();
            match number % 2 {
                0 => self.ask(&mut kept).await?,
                _ => {
                    self.ask(&mut TcpStream::connect(self.address).await?)
                        .await?
                }
            }
            times.push(begun.elapsed().as_secs_f64() * 1000.0);
        }
        Ok(times)
    }

    async fn ask(&self, stream: &mut TcpStream) -> Result<(), Failure> {
        stream.set_nodelay(true)?;
        stream.write_all(self.request.as_bytes()).await?;
        let mut answer = Vec::new();
        loop {
            if stream.read_buf(&mut answer).await? == 0 {
                return Err("it broke off".into());
            }
            let text = String::from_utf8_lossy(&answer);
            let whole = text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
                let length = head.split("content-length: ").nth(1);
                let length = length.and_then(|rest| rest.lines().next()?.parse().ok());
                length == Some(body.len())
            });
            match whole {
                false => {}
                true if text.starts_with("HTTP/1.1 200 ") => return Ok(()),
                true => return Err(format!("another answer: {text}").into()),
            }
        }
    }
}

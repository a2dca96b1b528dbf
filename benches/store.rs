//! The store: a month's summary, ten years by month, a round that is on the disk, and bytes for each reading.
//!
//! Ten clusters are read every minute, `BENCH_READINGS` times in all: 52 million are ten years, a million is enough to
//! see that it works. Every figure of a reading differs from minute to minute, which is the dearest case for a percentile.
//! A month's summary is what the route answers: sums, means, peaks and percentiles of all quantities, coverage and gaps,
//! written as JSON. It is held against the bare scan of the same rows through the same driver, all columns read; the
//! month is looked at before there are roll-ups, then from its hourly rows. Ours and the bare one take turns, and what
//! is shown are medians. A round is ten readings with a text each in one transaction; beside it stands a bare append of
//! as many bytes with `fdatasync` in the same folder. `BENCH_STORES=sqlite` leaves the server out; `BENCH_CLUSTERS=1`
//! makes ten years out of a tenth of the readings.

#![allow(missing_docs, reason = "a program, not a library")]
#![allow(
    clippy::cast_precision_loss,
    reason = "no figure of a benchmark needs 53 bits"
)]

#[path = "store/bare.rs"]
mod bare;
#[path = "store/durable.rs"]
mod durable;
#[path = "store/load.rs"]
mod load;
mod measured;
#[path = "../tests/common/postgres.rs"]
mod postgres;
mod scene;
mod shown;

use std::{
    env,
    error::Error,
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use tokio::runtime::Runtime;
use vhi_usage::{
    meter::{quantity::Series, tally::Detail, window::Window},
    period::metering,
    store::{opened::Store, place::Place},
};

use bare::Bare;
use load::{Filling, Kind, MONTH};
use measured::median;
use scene::say;
use shown::Goal;

const TURNS: usize = 15;
const MONTH_MINUTES: i64 = 43_200;

pub(crate) type Failed = Box<dyn Error + Send + Sync>;

fn main() -> Result<ExitCode, Failed> {
    let readings = env::var("BENCH_READINGS").map_or(Ok(52_000_000), |it| it.parse::<i64>())?;
    let clusters = env::var("BENCH_CLUSTERS").map_or(Ok(10), |it| it.parse::<i64>())?;
    let minutes = readings / clusters.max(1);
    if clusters < 1 || minutes < MONTH_MINUTES {
        return Err("BENCH_READINGS must be at least 43200 for each of BENCH_CLUSTERS".into());
    }
    let filling = Filling { minutes, clusters };
    let stores = env::var("BENCH_STORES").unwrap_or_else(|_| "sqlite postgres".to_owned());
    let folder = scene::folder()?;
    let path = folder.path().to_owned();
    let work = async move {
        if stores.contains("sqlite") {
            let kinds = ["years.db", "month.db"].map(|file| Kind::File(path.join(file)));
            measure("SQLite", kinds, filling, &path).await?;
        }
        if stores.contains("postgres") {
            let (years, month) = (
                postgres::Database::new().await,
                postgres::Database::new().await,
            );
            let kinds = [server(&years)?, server(&month)?];
            measure("PostgreSQL", kinds, filling, &path).await?;
        }
        Ok::<(), Failed>(())
    };
    let runtime = Runtime::new()?;
    let work = async move { work.await.map_err(|error| error.to_string()) };
    let code = scene::perform(&runtime, work);
    folder.close()?;
    Ok(code)
}

fn server(database: &postgres::Database) -> Result<Kind, Failed> {
    match database.place() {
        Place::Server(options) => Ok(Kind::Server(options)),
        Place::File(_) => Err("a server is no file".into()),
    }
}

async fn measure(
    name: &str,
    kinds: [Kind; 2],
    filling: Filling,
    folder: &Path,
) -> Result<(), Failed> {
    let [years, month] = &kinds;
    let Filling { minutes, clusters } = filling;
    say(&format!("{name}: {} readings", minutes * clusters));
    load::fill(years, filling).await?;
    let short = Filling {
        minutes: MONTH_MINUTES,
        clusters,
    };
    load::fill(month, short).await?;
    say("measuring");
    let (store, small) = (
        Store::open(&years.place()).await?,
        Store::open(&month.place()).await?,
    );
    let bare = Bare::open(years).await?;
    let (bytes, count) = bare.size().await?;
    if count != minutes * clusters {
        return Err(format!("{count} readings are there, and not {minutes} of each").into());
    }
    let told = format!(
        "{name}, {:.1} million readings of {clusters}",
        count as f64 / 1e6
    );

    let (mut ours, mut theirs, mut in_small) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TURNS {
        ours.push(summary(&store).await?);
        let begun = Instant::now();
        bare.readings(MONTH).await?;
        theirs.push(ms(begun.elapsed()));
        in_small.push(summary(&small).await?);
    }
    row(
        &format!("{told}: a month's summary from raw readings"),
        &ours,
        "the bare scan of the same rows",
        &theirs,
        Goal::AtMost(1.3),
    );
    row(
        &format!("{told}: the same in a store of one month"),
        &ours,
        "the store of one month",
        &in_small,
        Goal::AtMost(1.1),
    );

    say("rolling up");
    let now = Timestamp::from_second(MONTH.1 + 3600)?;
    let hours = u64::try_from(minutes / 60 + 48)?;
    store.roll_up(now, hours).await?;
    let (mut ours, mut theirs, mut decade) = (Vec::new(), Vec::new(), Vec::new());
    let months = months(minutes)?;
    for _ in 0..TURNS {
        ours.push(summary(&store).await?);
        let begun = Instant::now();
        if bare.hours(MONTH).await? != 720 {
            return Err("the month has not 720 hourly rows".into());
        }
        theirs.push(ms(begun.elapsed()));
        decade.push(by_month(&store, &months).await?);
    }
    row(
        &format!("{told}: a month's summary from hourly rows"),
        &ours,
        "the bare read of those rows",
        &theirs,
        Goal::AtMost(5.0),
    );
    let goal = if months.len() >= 118 {
        Goal::AtMost(10.0)
    } else {
        Goal::None
    };
    let decade = median(&decade);
    shown::figure(
        &format!("{told}: {} months of a cluster by month", months.len()),
        &format!("{decade:.2} ms"),
        decade,
        goal,
    );
    let each = bytes as f64 / count as f64;
    shown::figure(
        &format!("{told}: bytes for each reading, without its text"),
        &format!("{each:.0}"),
        each,
        Goal::None,
    );
    durable::measure(name, &store, folder).await?;
    bare.close().await;
    small.close().await;
    store.close().await;
    Ok(())
}

/// How many milliseconds a month's summary takes, as the route answers it.
async fn summary(store: &Store) -> Result<f64, Failed> {
    let (cluster, window) = (load::cluster(0)?, Window::new(MONTH.0, MONTH.1)?);
    let now = Timestamp::from_second(MONTH.1 + 3600)?;
    let begun = Instant::now();
    let summary = metering::rolled(store, &cluster, window, now).await?;
    let text = serde_json::to_vec(&summary)?;
    let took = ms(begun.elapsed());
    if summary.covered_seconds != window.seconds() || text.len() < 1000 {
        return Err("the summary is not whole".into());
    }
    Ok(took)
}

/// How many milliseconds every month of a cluster takes.
async fn by_month(store: &Store, months: &[Window]) -> Result<f64, Failed> {
    let cluster = load::cluster(0)?;
    let now = Timestamp::from_second(MONTH.1 + 3600)?;
    let begun = Instant::now();
    for series in Series::ALL {
        let each = store.each_tallies(&cluster, series, months, now, Detail::Sums);
        let each = each.await?;
        if series == Series::Storage && each.iter().any(|it| it.covered != it.window.seconds()) {
            return Err("a month is not whole".into());
        }
    }
    Ok(ms(begun.elapsed()))
}

/// Every whole month, the last one last.
fn months(minutes: i64) -> Result<Vec<Window>, Failed> {
    let zone = jiff::tz::TimeZone::UTC;
    let mut to = Timestamp::from_second(MONTH.1)?.to_zoned(zone);
    let mut months = Vec::new();
    loop {
        let from = to.checked_sub(jiff::Span::new().months(1))?;
        if from.timestamp().as_second() < MONTH.1 - minutes * 60 {
            months.reverse();
            return Ok(months);
        }
        months.push(Window::between(from.timestamp(), to.timestamp())?);
        to = from;
    }
}

pub(crate) fn row(what: &str, ours: &[f64], beside: &str, theirs: &[f64], goal: Goal) {
    let (ours, theirs) = (median(ours), median(theirs));
    shown::ratio(
        what,
        &format!("{ours:.2} ms"),
        &format!("{theirs:.2} ms, {beside}"),
        ours / theirs,
        goal,
    );
}

pub(crate) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

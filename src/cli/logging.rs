//! Logs on stderr, of this crate alone.
//!
//! Lines are written by whoever has something to say, at once. Those of the access log are many, and of every caller:
//! a thread writes them, many at a time, so that no answer waits for whoever reads stderr. Where that one is too slow,
//! lines are lost, and how many is said.
//!
//! What libraries have to say below a warning is never written: at high verbosity some of them print
//! headers and packets, and those hold secrets.

use std::{
    io::{self, BufWriter, IsTerminal, Stderr, Write},
    sync::{Arc, OnceLock},
};

use clap::ValueEnum;
use tracing::{Metadata, level_filters::LevelFilter};
use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::{
    filter::{FilterFn, Targets},
    fmt::{self, MakeWriter},
    layer::{Layer, SubscriberExt},
    registry,
    util::SubscriberInitExt,
};

use crate::api::log;

/// So many lines of the access log may wait to be written.
const WAITING: usize = 4096;

/// How a log line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// What is logged.
#[derive(Clone, Copy, Debug)]
pub struct Logging {
    /// How.
    pub format: LogFormat,
    /// How often `-v` was given.
    pub verbose: u8,
    /// Whether `-q` was given.
    pub quiet: bool,
}

/// Lines that are still to be written are, when it is dropped.
#[derive(Debug)]
pub struct Writing {
    _guard: WorkerGuard,
}

impl Logging {
    /// Begins to log.
    #[must_use]
    pub fn start(self) -> Writing {
        let level = match (self.quiet, self.verbose) {
            (true, _) => LevelFilter::WARN,
            (false, 0) => LevelFilter::INFO,
            (false, 1) => LevelFilter::DEBUG,
            (false, _) => LevelFilter::TRACE,
        };
        let ours = Targets::new()
            .with_default(LevelFilter::WARN)
            // What it calls errors are clients that go away.
            .with_target("warp", LevelFilter::OFF)
            // What it says of a certificate we say ourselves, with the way out.
            .with_target("rustls_platform_verifier", LevelFilter::OFF)
            .with_target("vhi_usage", level)
            .with_target(log::TARGET, level);
        let (behind, guard) = Behind::writer();
        let is_access = |of: &Metadata<'_>| of.target() == log::TARGET;
        let started = registry()
            .with(self.lines(behind).with_filter(FilterFn::new(is_access)))
            .with(
                self.lines(io::stderr)
                    .with_filter(FilterFn::new(move |of| !is_access(of))),
            )
            .with(ours)
            .try_init();
        if let Err(error) = started {
            tracing::debug!(%error, "logging had begun already");
        }
        Writing { _guard: guard }
    }

    /// Lines in the form that was asked for.
    fn lines<S, W>(self, writer: W) -> Box<dyn Layer<S> + Send + Sync>
    where
        S: tracing::Subscriber + for<'a> registry::LookupSpan<'a>,
        W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
    {
        let colour = io::stderr().is_terminal()
            && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
        let lines = fmt::layer().with_writer(writer).with_ansi(colour);
        match self.format {
            LogFormat::Text => lines.with_target(false).boxed(),
            LogFormat::Json => lines.json().flatten_event(true).boxed(),
        }
    }
}

/// What the thread writes to: many lines in one piece, and behind them how many were lost.
struct Behind {
    lines: BufWriter<Stderr>,
    lost: Arc<OnceLock<ErrorCounter>>,
    told: usize,
}

impl Behind {
    /// What lines are handed to, and the thread that writes them.
    fn writer() -> (NonBlocking, WorkerGuard) {
        let lost = Arc::new(OnceLock::new());
        let behind = Behind {
            lines: BufWriter::new(io::stderr()),
            lost: Arc::clone(&lost),
            told: 0,
        };
        let builder = NonBlockingBuilder::default().buffered_lines_limit(WAITING);
        let (writer, guard) = builder.thread_name("access-log").finish(behind);
        lost.get_or_init(|| writer.error_counter());
        (writer, guard)
    }
}

impl Write for Behind {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.lines.write(bytes)
    }

    /// Whenever no more lines wait.
    fn flush(&mut self) -> io::Result<()> {
        self.lines.flush()?;
        let lost = self.lost.get().map_or(0, ErrorCounter::dropped_lines);
        if lost > self.told {
            let lines = lost - self.told;
            self.told = lost;
            tracing::warn!(
                lines,
                "lines of the access log were lost: stderr was not read in time"
            );
        }
        Ok(())
    }
}

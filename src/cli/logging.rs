//! Logs on stderr, of this crate alone.
//!
//! A command writes its lines at once. The service hands them to a thread, so that neither an answer nor a round nor
//! its own end waits for whoever reads stderr. Where that one is too slow, lines are lost, and how many is said; those
//! of the access log, which are many and of every caller, have a thread of their own, and are lost for themselves.
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
    fmt::{self, MakeWriter, writer::BoxMakeWriter},
    layer::{Layer, SubscriberExt},
    registry,
    util::SubscriberInitExt,
};

use crate::api::log;

/// So many lines of each kind may wait to be written.
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
    /// Whether it is the service that logs.
    pub serves: bool,
}

/// Lines that are still to be written are, when it is dropped.
#[derive(Debug)]
pub struct Writing {
    _guards: Vec<WorkerGuard>,
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
        let (access, guard) = Behind::writer("access-log");
        let mut guards = vec![guard];
        let others = match self.serves {
            true => {
                let (others, guard) = Behind::writer("log");
                guards.push(guard);
                BoxMakeWriter::new(others)
            }
            false => BoxMakeWriter::new(io::stderr),
        };
        let is_access = |of: &Metadata<'_>| of.target() == log::TARGET;
        let started = registry()
            .with(self.lines(access).with_filter(FilterFn::new(is_access)))
            .with(
                self.lines(others)
                    .with_filter(FilterFn::new(move |of| !is_access(of))),
            )
            .with(ours)
            .try_init();
        if let Err(error) = started {
            tracing::debug!(%error, "logging had begun already");
        }
        Writing { _guards: guards }
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
    /// The log's name, for the word of their loss.
    log: &'static str,
    lost: Arc<OnceLock<ErrorCounter>>,
    told: usize,
}

impl Behind {
    /// What lines are handed to, and the thread that writes them.
    fn writer(log: &'static str) -> (NonBlocking, WorkerGuard) {
        let lost = Arc::new(OnceLock::new());
        let behind = Behind {
            lines: BufWriter::new(io::stderr()),
            log,
            lost: Arc::clone(&lost),
            told: 0,
        };
        let builder = NonBlockingBuilder::default().buffered_lines_limit(WAITING);
        let (writer, guard) = builder.thread_name(log).finish(behind);
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
                log = self.log,
                "lines were lost: stderr was not read in time"
            );
        }
        Ok(())
    }
}

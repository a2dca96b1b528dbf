//! Logs on stderr, of this crate alone.
//!
//! What libraries have to say below a warning is never written: at high verbosity some of them print
//! headers and packets, and those hold secrets.

use std::io::{self, IsTerminal};

use clap::ValueEnum;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{
    filter::Targets, layer::SubscriberExt, registry, util::SubscriberInitExt,
};

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

impl Logging {
    /// Begins to log.
    pub fn start(self) {
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
            .with_target("vhi_usage", level);
        let colour = io::stderr().is_terminal()
            && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
        let lines = tracing_subscriber::fmt::layer()
            .with_writer(io::stderr)
            .with_ansi(colour);
        let started = match self.format {
            LogFormat::Text => registry()
                .with(lines.with_target(false))
                .with(ours)
                .try_init(),
            LogFormat::Json => registry()
                .with(lines.json().flatten_event(true))
                .with(ours)
                .try_init(),
        };
        if let Err(error) = started {
            tracing::debug!(%error, "logging had begun already");
        }
    }
}

//! The commands of `vhi-usage`.
//!
//! Results go to stdout, logs and errors to stderr. Exit codes: 0 all well, 1 the input does not parse
//! or a check found a difference, 2 wrong usage or settings, 3 a peer cannot be reached or refused us.

pub mod archive;
pub mod caret;
pub mod check;
pub mod close;
pub mod demo;
pub mod describe;
pub mod exit;
pub mod export;
pub mod figures;
pub mod files;
pub mod history;
pub mod history_table;
pub mod logging;
pub mod notifier;
pub mod parse;
pub mod parse_json;
pub mod part;
pub mod plain;
pub mod progress;
pub mod reload;
pub mod replay;
pub mod serve;
pub mod service;
pub mod settings;
pub mod shown;
pub mod sim;
pub mod span;
pub mod steady;
pub mod stop;
pub mod store;
pub mod summary;
pub mod summary_text;
pub mod supervisor;
pub mod token;
pub mod trust;
pub mod trust_panel;
pub mod trust_ssh;
pub mod upkeep;
pub mod verify;
pub mod watchdog;

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

use crate::{
    cli::{
        exit::Failure,
        logging::{LogFormat, Logging},
        plain::Plain,
    },
    config::{
        Config,
        error::ConfigError,
        listen::Listen,
        origins::{Asks, EnvFile, Environment, Origins},
    },
    secret,
};

/// Usage of Virtuozzo Hybrid Infrastructure clusters over HTTP, for billing.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
struct Cli {
    /// Settings file, TOML
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// File of environment variables; ./.env if it exists
    #[arg(long, global = true, value_name = "FILE")]
    env_file: Option<PathBuf>,
    /// How logs are written
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,
    /// More logs; twice for all of them
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    /// Warnings and errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Collect usage and serve it over HTTP until stopped
    Serve {
        /// Address and port, or :PORT for every address
        #[arg(long, value_name = "ADDRESS")]
        listen: Option<Listen>,
    },
    /// Serve a simulated cluster; needs no settings and no network
    Demo(demo::Options),
    /// Run the simulator alone and print settings that connect to it
    Sim(sim::Options),
    /// Read saved output of `vstorage stat` and show what it means
    Parse(parse::Options),
    /// Connect as the service would and hold the figures against the raw text and every witness
    ///
    /// Ends with 0 where every figure was read, prints back as it was printed, and agrees with every witness or
    /// means something else there; warnings, such as of a licence that is nearly used up or of a line that no rule
    /// reads, do not change that. With 1 where a figure differs by more than can be explained, the size base is
    /// contradicted, a number does not print back, or a report cannot be read; with 2 where the settings do not fit what
    /// is there; with 3 where a peer, also a witness, cannot be reached or refused us. The highest counts.
    Check(check::Options),
    /// Show what a cluster used, point by point
    History(history::Options),
    /// Sum up what a cluster used in a time or a month: every quantity, and when it was not measured
    Summary(summary::Options),
    /// Write what is kept to a file: every reading of a time, or the charges of a month
    ///
    /// The file grows as FILE.part and gets its name when it is whole. An export that was interrupted is gone on with
    /// where it ended, by the same command; the file is the same as if it had not been.
    Export(export::Options),
    /// Close a month before it closes by itself
    ///
    /// A closed month never changes: what comes later is booked as a correction in the month that is open then.
    Close(close::Options),
    /// Recompute closed months from the kept texts and readings, and say what does not match
    ///
    /// Ends with 1 where anything does not match, and with 0 where everything that is still kept does.
    Verify(verify::Options),
    /// Read every kept text of a window again, and show each figure that changes
    ///
    /// Ends with 0 where nothing differs, and with 1 where a figure is another one or a text cannot be read any more.
    Replay(replay::Options),
    /// Look after what is kept
    #[command(subcommand)]
    Store(store::Options),
    /// Check the settings, or show them
    #[command(subcommand)]
    Config(settings::Options),
    /// Make API tokens
    #[command(subcommand)]
    Token(token::Options),
    /// Show what a peer presents and the line that would pin it
    #[command(subcommand)]
    Trust(trust::Options),
    /// Print the completions of a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the page of the manual
    Man,
}

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    // A wrong usage is told by clap, and ends with 2.
    let cli = Cli::parse();
    let logging = Logging {
        format: cli.log_format,
        verbose: cli.verbose,
        quiet: cli.quiet,
        serves: matches!(cli.command, Command::Serve { .. }),
    };
    let writing = logging.start();
    if let Err(error) = secret::stay_out_of_core_dumps() {
        tracing::warn!(%error, "core dumps are still allowed, and would hold secrets");
    }
    let ended = dispatch(cli);
    drop(writing);
    match ended {
        Ok(code) => code,
        // The reader of our output has gone, as `head` does.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(failure) => {
            let told = writeln!(Plain::new(io::stderr()), "vhi-usage: {failure}");
            // Nobody is left to be told.
            drop(told);
            failure.code()
        }
    }
}

fn dispatch(cli: Cli) -> Result<ExitCode, Failure> {
    let mut origins = Origins {
        file: cli.config,
        env_file: cli.env_file.map_or(EnvFile::Usual, EnvFile::At),
        environment: Environment::of_process(),
        ..Origins::default()
    };
    match cli.command {
        Command::Parse(options) => parse::run(&options),
        Command::Serve { listen } => {
            (origins.listen, origins.asks) = (listen, Asks::Service);
            exit::block_on(serve::run(load(&origins)?, origins))
        }
        Command::Check(options) => exit::block_on(check::run(load(&origins)?, options)),
        Command::History(options) => exit::block_on(history::run(&origins, options)),
        Command::Summary(options) => exit::block_on(summary::run(&origins, options)),
        Command::Export(options) => exit::block_on(export::run(&origins, options)),
        Command::Close(options) => exit::block_on(close::run(&origins, options)),
        Command::Verify(options) => exit::block_on(verify::run(&origins, options)),
        Command::Demo(options) => exit::block_on(demo::run(options)),
        Command::Replay(options) => exit::block_on(replay::run(&origins, options)),
        Command::Store(options) => exit::block_on(store::run(&origins, options)),
        Command::Config(options) => settings::run(options, origins),
        Command::Token(options) => token::run(&options),
        Command::Trust(options) => exit::block_on(trust::run(options)),
        Command::Completions { shell } => describe::completions(shell, Cli::command()),
        Command::Man => describe::man(Cli::command()),
        Command::Sim(options) => exit::block_on(sim::run(options)),
    }
}

fn load(origins: &Origins) -> Result<Config, ConfigError> {
    let config = Config::load(origins)?;
    for notice in &config.notices {
        tracing::warn!("{notice}");
    }
    Ok(config)
}

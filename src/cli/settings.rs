//! `config check` and `config show`: what is wrong with the settings, and what they are.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::Subcommand;

use crate::{
    cli::{exit::Failure, plain::Plain, shown},
    config::{
        Config,
        listen::Listen,
        origins::{Asks, Origins},
    },
};

/// What to do with the settings.
#[derive(Clone, Debug, Subcommand)]
pub enum Options {
    /// Tell every problem of the settings at once; nothing where there is none
    Check(Flags),
    /// Print the settings in force, each with its origin; secrets as ***
    Show(Flags),
}

/// The flags of `serve`.
#[derive(Clone, Debug, clap::Args)]
pub struct Flags {
    /// Address and port, as for `serve`
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<Listen>,
}

/// Reads the settings as `serve` does. Settings that speak of no cluster at all are a part of the
/// settings, and are not blamed for what they lack.
///
/// # Errors
/// Every problem at once.
pub fn run(options: Options, origins: Origins) -> Result<ExitCode, Failure> {
    let (Options::Check(flags) | Options::Show(flags)) = &options;
    let origins = Origins {
        listen: flags.listen,
        asks: Asks::WhatIsThere,
        ..origins
    };
    match options {
        Options::Check(_) => {
            for notice in Config::load(&origins)?.notices {
                tracing::warn!("{notice}");
            }
        }
        Options::Show(_) => {
            let text = shown::show(&origins)?;
            let mut out = Plain::new(io::stdout().lock());
            out.write_all(text.as_bytes())?;
            out.flush()?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

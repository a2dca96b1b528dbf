//! `token new`: makes an API token; the settings hold only its hash.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::Subcommand;
use rustls::crypto::ring;
use zeroize::Zeroizing;

use crate::{
    api::token::{TokenHash, TokenName},
    cli::exit::Failure,
};

/// What to do with tokens.
#[derive(Clone, Debug, Subcommand)]
pub enum Options {
    /// Make an API token; print it once, and the lines for the settings that hold only its hash
    New {
        /// Who will use it: letters, digits, `-`, `_`, `.`
        name: TokenName,
    },
}

/// Makes a token.
///
/// # Errors
/// When the system gives no random bytes, or the result cannot be written.
pub fn run(options: &Options) -> Result<ExitCode, Failure> {
    let Options::New { name } = options;
    let word = random_word()?;
    let hash = TokenHash::of(word.as_bytes());
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "# The token, for the caller alone. It is shown this once."
    )?;
    writeln!(out, "{}\n", *word)?;
    writeln!(out, "# For the settings file, at its end:")?;
    writeln!(
        out,
        "[[api.tokens]]\nname = \"{name}\"\nsha256 = \"{hash}\""
    )?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// 32 random bytes of the system's generator, as hex.
fn random_word() -> Result<Zeroizing<String>, Failure> {
    let mut bytes = Zeroizing::new([0; 32]);
    let random = ring::default_provider().secure_random;
    random.fill(bytes.as_mut()).map_err(|_| Failure::System {
        doing: "make a token",
        source: io::Error::other("the system gives no random bytes"),
    })?;
    let mut word = Zeroizing::new(String::with_capacity(64));
    for byte in bytes.iter() {
        word.push_str(&format!("{byte:02x}"));
    }
    Ok(word)
}

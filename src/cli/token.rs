//! `token new`: makes an API token; the settings hold only its hash.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::{
    Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};
use rustls::crypto::ring;
use zeroize::Zeroizing;

use crate::{
    api::{
        expiry::Expiry,
        scope::Scope,
        token::{TokenHash, TokenName},
    },
    cli::exit::Failure,
};

/// What to do with tokens.
#[derive(Clone, Debug, Subcommand)]
pub enum Options {
    /// Make an API token; print it once, and the lines for the settings that hold only its hash
    New {
        /// Who will use it: letters, digits, `-`, `_`, `.`
        name: TokenName,
        /// What it is good for; again for one more
        #[arg(long = "scope", value_name = "SCOPE", default_value = "usage", value_parser = scope())]
        scopes: Vec<Scope>,
        /// Its last day in UTC, such as 2027-01-31, or its end, such as 2027-01-31T18:00:00Z
        #[arg(long, value_name = "DAY|TIME")]
        expires: Option<Expiry>,
    },
}

/// One of the words that there are, which completions know as well.
fn scope() -> impl TypedValueParser<Value = Scope> {
    PossibleValuesParser::new(Scope::ALL.map(Scope::name)).try_map(|word| word.parse::<Scope>())
}

/// Makes a token.
///
/// # Errors
/// When the system gives no random bytes, or the result cannot be written.
pub fn run(options: &Options) -> Result<ExitCode, Failure> {
    let Options::New {
        name,
        scopes,
        expires,
    } = options;
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
    let scopes = scopes.iter().map(|scope| scope.name());
    writeln!(out, "scopes = {:?}", scopes.collect::<Vec<_>>())?;
    if let Some(end) = expires {
        writeln!(out, "expires = \"{end}\"")?;
    }
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

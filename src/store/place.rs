//! Where the store is: a file, or a server.

use std::{fmt, path::PathBuf, str::FromStr};

use sqlx::postgres::PgConnectOptions;

/// Where the store is. A server's address may hold a password, and is never printed whole.
#[derive(Clone)]
pub enum Place {
    /// A file.
    File(PathBuf),
    /// A server.
    Server(Box<PgConnectOptions>),
}

/// A text that names no store. The text itself may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPlace {
    /// Another scheme than those that we know.
    #[error("a store is a file, as `sqlite:FILE`, or a server, as `postgres://USER@HOST/DATABASE`")]
    Scheme,
    /// A file without a name.
    #[error("`sqlite:` wants the name of a file behind it")]
    NoFile,
    /// An address that cannot be read.
    #[error("the address of the server cannot be read")]
    Address,
}

impl FromStr for Place {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Place, NoPlace> {
        if let Some(rest) = text.strip_prefix("sqlite:") {
            let file = rest.strip_prefix("//").unwrap_or(rest);
            return match file {
                "" => Err(NoPlace::NoFile),
                file => Ok(Place::File(PathBuf::from(file))),
            };
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            let options = text.parse().map_err(|_| NoPlace::Address)?;
            return Ok(Place::Server(Box::new(options)));
        }
        Err(NoPlace::Scheme)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::File(file) => write!(f, "sqlite:{}", file.display()),
            Place::Server(server) => write!(
                f,
                "postgres://{}:{}/{}",
                server.get_host(),
                server.get_port(),
                server.get_database().unwrap_or("***"),
            ),
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_a_file_or_a_server_and_prints_no_password() {
        let shown = |text: &str| {
            text.parse::<Place>()
                .map(|place| format!("{place} {place:?}"))
        };
        let file = "sqlite:/var/lib/vhi-usage/usage.db".to_owned();
        assert_eq!(shown(&file), Ok(format!("{file} {file}")));
        let server = shown("postgres://billing:hunter2@db.example/usage").unwrap();
        assert!(
            server.contains("postgres://db.example:5432/usage"),
            "{server}"
        );
        assert!(
            !server.contains("hunter2") && !server.contains("billing"),
            "{server}"
        );
        assert_eq!(shown("sqlite:"), Err(NoPlace::NoFile));
        assert_eq!(shown("mysql://db.example/usage"), Err(NoPlace::Scheme));
        assert_eq!(shown("usage.db"), Err(NoPlace::Scheme));
    }
}

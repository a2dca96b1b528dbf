//! How a command ends.

use std::{fmt, future::Future, io, process::ExitCode, time::Duration};

use crate::{
    chain::chain,
    config::{error::ConfigError, listen::BindError},
    keeper::opening::InUse,
    period::error::PeriodError,
    sim::error::SimError,
    store::error::StoreError,
    web::error::TrustError,
};

/// Why a command came to no end of its own.
#[derive(Debug)]
pub enum Failure {
    /// The settings cannot be used.
    Settings(ConfigError),
    /// The port cannot be had.
    Bind(BindError),
    /// The panel's certificate authorities cannot be used.
    Trust(TrustError),
    /// The simulator does not start.
    Simulator(SimError),
    /// Another service has the store.
    InUse(InUse),
    /// The command line asks for what is not there.
    Usage(String),
    /// A peer cannot be reached, or is none.
    Unreached(String),
    /// The store did not answer within this time.
    Silent(Duration),
    /// The store did not do what it was asked for.
    Store(StoreError),
    /// The result cannot be written.
    Output(io::Error),
    /// The system does not give what the command needs.
    System {
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// A part of the service ended by itself.
    Broken(&'static str),
}

impl Failure {
    /// 2 for whatever the caller can set right, 3 where a peer fails us, 1 where the machine does.
    pub fn code(&self) -> ExitCode {
        match self {
            Failure::Output(_) | Failure::System { .. } | Failure::Broken(_) => ExitCode::from(1),
            // What was written once cannot be read.
            Failure::Store(StoreError::Damaged(_)) => ExitCode::from(1),
            Failure::Unreached(_) | Failure::Silent(_) | Failure::Store(_) => ExitCode::from(3),
            _ => ExitCode::from(2),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Settings(error) => write!(f, "{error}"),
            Failure::Bind(error) => write!(f, "{error}"),
            Failure::Trust(error) => f.write_str(&chain(error)),
            Failure::Simulator(error) => f.write_str(&chain(error)),
            Failure::Silent(within) => {
                write!(f, "the store did not answer within {} s", within.as_secs())
            }
            Failure::Store(error) => f.write_str(&chain(error)),
            Failure::InUse(error) => write!(f, "{error}"),
            Failure::Usage(why) | Failure::Unreached(why) => f.write_str(why),
            Failure::Output(error) => write!(f, "cannot write the result: {error}"),
            Failure::System { doing, source } => write!(f, "cannot {doing}: {source}"),
            Failure::Broken(what) => write!(f, "{what} ended by itself; the log says why"),
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Failure {
        Failure::Settings(error)
    }
}

impl From<BindError> for Failure {
    fn from(error: BindError) -> Failure {
        Failure::Bind(error)
    }
}

impl From<TrustError> for Failure {
    fn from(error: TrustError) -> Failure {
        Failure::Trust(error)
    }
}

impl From<InUse> for Failure {
    fn from(error: InUse) -> Failure {
        Failure::InUse(error)
    }
}

impl From<SimError> for Failure {
    fn from(error: SimError) -> Failure {
        Failure::Simulator(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Failure::Store(error)
    }
}

impl From<PeriodError> for Failure {
    fn from(error: PeriodError) -> Failure {
        match error {
            PeriodError::Store(error) => Failure::Store(error),
            other => Failure::Usage(other.to_string()),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Output(error)
    }
}

/// Runs a command that waits.
///
/// # Errors
/// The command's own, and where the machine gives no threads.
pub fn block_on(
    command: impl Future<Output = Result<ExitCode, Failure>>,
) -> Result<ExitCode, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(system("start threads"))?;
    let end = runtime.block_on(command);
    // A name that is being looked up cannot be called off, and is waited for by nobody.
    runtime.shutdown_background();
    end
}

/// What was being done, for an error of the system.
pub fn system(doing: &'static str) -> impl FnOnce(io::Error) -> Failure {
    move |source| Failure::System { doing, source }
}

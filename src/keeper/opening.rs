//! How the store is opened: whose it is, what stands in the way, and whether it is still the one that stands there.

use std::{
    fs::{File, OpenOptions, TryLockError},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use sqlx::error::DatabaseError;

use crate::{
    keeper::{queue_file, standing::Cause},
    store::{error::StoreError, opened::Store, place::Place},
};

/// Where what is kept goes.
#[derive(Clone, Debug)]
pub struct Places {
    /// The store.
    pub store: Place,
    /// The file of the queue.
    pub queue: PathBuf,
    /// How many bytes may wait in it.
    pub queue_size: u64,
}

/// A store that is open, and ours.
#[derive(Clone, Debug)]
pub struct Opened {
    /// Itself.
    pub store: Store,
    /// The file as it was opened; `None` on a server.
    file: Option<Arc<(File, PathBuf)>>,
}

/// The word that a file of a store is ours, for as long as this lives: no other service writes it meanwhile.
#[derive(Debug)]
pub struct Ours {
    /// The file beside it whose lock says so; `None` for a server.
    lock: Option<(File, PathBuf)>,
}

/// Another service has the store.
#[derive(Debug, thiserror::Error)]
#[error("another vhi-usage keeps its readings in {}: end it, or give each a store of its own with url in [store]", .0.display())]
pub struct InUse(PathBuf);

/// Why the store was not opened.
#[derive(Debug, thiserror::Error)]
pub enum NotOpened {
    /// Another service has it.
    #[error(transparent)]
    InUse(#[from] InUse),
    /// The file beside it cannot be written, and so neither can it.
    #[error("{} cannot be written", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// What the database says.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It did not come to an end in time.
    #[error("the store did not answer in time")]
    Slow,
}

impl Ours {
    /// Takes the store of this place; where nothing can be written there, that is tried again when it is opened.
    ///
    /// # Errors
    /// Where another service has it.
    pub fn take(place: &Place) -> Result<Ours, InUse> {
        let mut ours = Ours { lock: None };
        match ours.hold(place) {
            Ok(()) => {}
            Err(NotOpened::InUse(error)) => return Err(error),
            Err(error) => tracing::debug!(error = %error, "the store cannot be taken yet"),
        }
        Ok(ours)
    }

    /// Holds it, also where its folder was taken away and made anew.
    fn hold(&mut self, place: &Place) -> Result<(), NotOpened> {
        let Place::File(store) = place else {
            return Ok(());
        };
        let mut path = store.clone().into_os_string();
        path.push(".lock");
        let path = PathBuf::from(path);
        if let Some((file, held)) = &self.lock
            && queue_file::is_at(file, held)
        {
            return Ok(());
        }
        self.lock = None;
        let wrong = |source| NotOpened::Unwritable {
            path: path.clone(),
            source,
        };
        let mut options = OpenOptions::new();
        let options = options.read(true).write(true).create(true).mode(0o600);
        let file = options.open(&path).map_err(wrong)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(InUse(store.clone()).into()),
            Err(TryLockError::Error(error)) => return Err(wrong(error)),
        }
        self.lock = Some((file, path));
        Ok(())
    }

    /// Opens the store.
    ///
    /// # Errors
    /// When it is not ours, or cannot be opened.
    pub async fn open(&mut self, place: &Place) -> Result<Opened, NotOpened> {
        self.hold(place)?;
        let store = Store::open(place).await?;
        let file = match place {
            Place::Server(_) => None,
            Place::File(path) => {
                let wrong = |source| NotOpened::Unwritable {
                    path: path.clone(),
                    source,
                };
                let file = File::open(path).map_err(wrong)?;
                Some(Arc::new((file, path.clone())))
            }
        };
        Ok(Opened { store, file })
    }
}

impl Opened {
    /// Whether its file is still the one that stands there: what is written into one that was taken away is lost.
    pub fn is_there(&self) -> bool {
        let file = self.file.as_deref();
        file.is_none_or(|(file, path): &(File, PathBuf)| queue_file::is_at(file, Path::new(path)))
    }
}

impl NotOpened {
    /// What callers are told.
    pub fn cause(&self) -> Cause {
        match self {
            NotOpened::InUse(_) => Cause::InUse,
            NotOpened::Slow => Cause::Slow,
            NotOpened::Unwritable { .. } => Cause::Unreachable,
            NotOpened::Store(error) => match cause(error) {
                Cause::Refused => Cause::Unreachable,
                cause => cause,
            },
        }
    }
}

/// What callers are told of an error of the store.
pub fn cause(error: &StoreError) -> Cause {
    match error {
        StoreError::Database { source, .. } => of_the_library(source),
        StoreError::Migration(error) => {
            use sqlx::migrate::MigrateError;
            match error {
                MigrateError::VersionMismatch(_) => Cause::Newer,
                MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) => {
                    of_the_library(source)
                }
                _ => Cause::Refused,
            }
        }
        StoreError::Newer(_) => Cause::Newer,
        StoreError::Damaged(_) => Cause::Damaged,
        StoreError::Unclaimed(_) => Cause::Draining,
        _ => Cause::Refused,
    }
}

fn of_the_library(error: &sqlx::Error) -> Cause {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
            Cause::Unreachable
        }
        sqlx::Error::PoolTimedOut => Cause::Slow,
        sqlx::Error::Database(error) => of_the_database(error.as_ref()),
        _ => Cause::Refused,
    }
}

/// The codes of SQLite are numbers, the lower eight bits of which say the kind; those of PostgreSQL are five letters.
fn of_the_database(error: &(dyn DatabaseError + 'static)) -> Cause {
    let code = error.code();
    let code = code.as_deref().unwrap_or_default();
    match code.parse::<i32>().ok().filter(|_| code.len() < 5) {
        Some(number) => match number & 0xff {
            5 | 6 => Cause::Slow,
            8 | 10 | 14 => Cause::Unreachable,
            13 => Cause::Full,
            11 | 26 => Cause::Damaged,
            _ => Cause::Refused,
        },
        None if code == "53100" => Cause::Full,
        // It starts, ends, or has ended.
        None if code.starts_with("57P") || code.starts_with("08") => Cause::Unreachable,
        None => Cause::Refused,
    }
}

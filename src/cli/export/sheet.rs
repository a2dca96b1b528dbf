//! Where an export goes: a file that can be gone on with, or standard output.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use serde::{Serialize, de::DeserializeOwned};

use crate::cli::{exit::Failure, part::Part};

/// Where to, before anything is written.
#[derive(Debug)]
pub enum Sheet {
    /// A file, which may be in the place of one that is there.
    File(PathBuf, bool),
    /// Standard output.
    Standard,
}

/// An export that is being written.
#[derive(Debug)]
pub enum Open {
    /// Into a file.
    File(Part),
    /// To standard output.
    Standard,
}

impl Sheet {
    /// What the command line says.
    pub fn at(path: &Path, force: bool) -> Sheet {
        match path == Path::new("-") {
            true => Sheet::Standard,
            false => Sheet::File(path.to_owned(), force),
        }
    }

    /// Opens it for this job, and says where to go on.
    ///
    /// # Errors
    /// Those of [`Part::open`].
    pub fn open<P: Serialize + DeserializeOwned>(
        self,
        job: String,
        first: P,
    ) -> Result<(Open, P), Failure> {
        match self {
            Sheet::Standard => Ok((Open::Standard, first)),
            Sheet::File(path, force) => {
                let (part, next) = Part::open(&path, job, force, first)?;
                Ok((Open::File(part), next))
            }
        }
    }
}

impl Open {
    /// Whether nothing is there yet.
    pub fn is_empty(&self) -> bool {
        match self {
            Open::File(part) => part.bytes() == 0,
            Open::Standard => true,
        }
    }

    /// Begins anew, whatever an earlier command has left.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn empty(&mut self) -> Result<(), Failure> {
        match self {
            Open::File(part) => part.empty(),
            Open::Standard => Ok(()),
        }
    }

    /// Writes a piece, and says what comes next.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, piece: &[u8], next: &impl Serialize) -> Result<(), Failure> {
        match self {
            Open::File(part) => {
                part.append(piece)?;
                part.mark(next)
            }
            Open::Standard => {
                let mut out = io::stdout().lock();
                out.write_all(piece)?;
                Ok(out.flush()?)
            }
        }
    }

    /// It is whole.
    ///
    /// # Errors
    /// When a file cannot be given its name.
    pub fn finish(self) -> Result<(), Failure> {
        match self {
            Open::File(part) => part.finish(),
            Open::Standard => Ok(()),
        }
    }

    /// The part that is left where the export ends now; `None` where none is.
    pub fn left(&self) -> Option<&Path> {
        match self {
            Open::File(part) => Some(part.path()),
            Open::Standard => None,
        }
    }
}

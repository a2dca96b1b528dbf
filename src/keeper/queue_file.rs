//! The file of the queue as it is opened: whose it is, and what of it is whole.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, BufRead, BufReader},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use crate::{keeper::record, unreadable};

/// The file, open and ours.
#[derive(Debug)]
pub struct Open {
    /// The file.
    pub file: File,
    /// Where the first line begins that has not been taken.
    pub head: u64,
    /// Where the last line ends.
    pub tail: u64,
    /// How many rounds lie between the two.
    pub rounds: u64,
}

/// What stood in the file when it was opened, beside whole lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Bytes of a line without an end, which were cut off.
    pub cut: u64,
    /// Lines that are not what was written, and are passed over.
    pub damaged: u64,
}

/// Why a round cannot wait there.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// As much waits as may.
    #[error("the queue is full: as much waits as queue_size in [store] allows")]
    Full,
    /// Another service has it.
    #[error("{} is the queue of another vhi-usage that runs: give each its own with queue in [store]", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be read or written.
    #[error("{} cannot be written: {why}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What stands in the way.
        why: String,
    },
}

/// The file, with whole lines alone.
/// Another one cannot open it meanwhile.
///
/// # Errors
/// `InUse`, `File`.
pub fn opened(path: &Path) -> Result<(Open, Found), QueueError> {
    let wrong = |error: io::Error| file_error(path, &error);
    let mut options = OpenOptions::new();
    let options = options.read(true).write(true).create(true).mode(0o600);
    let file = options.open(path).map_err(wrong)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(QueueError::InUse { path: path.into() }),
        Err(TryLockError::Error(error)) => return Err(wrong(error)),
    }
    let (mut tail, mut rounds, mut found) = (0, 0, Found::default());
    let (mut reader, mut line) = (BufReader::new(&file), Vec::new());
    loop {
        line.clear();
        let length = reader.read_until(b'\n', &mut line).map_err(wrong)?;
        let length = u64::try_from(length).unwrap_or(u64::MAX);
        match line.strip_suffix(b"\n") {
            Some(line) => {
                tail += length;
                // Their texts are unpacked only when they are taken: a long queue is open at once.
                match record::whole(line) {
                    Some(_) => rounds += 1,
                    None => found.damaged += 1,
                }
            }
            None => {
                found.cut = length;
                break;
            }
        }
    }
    if found.cut > 0 {
        file.set_len(tail).map_err(wrong)?;
    }
    // Its name is to be there after a power cut, too.
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let folder = File::open(folder.unwrap_or(Path::new("."))).map_err(wrong)?;
    folder.sync_all().map_err(wrong)?;
    let head = 0;
    let open = Open {
        file,
        head,
        tail,
        rounds,
    };
    Ok((open, found))
}

/// Whether this file is still what stands at this path.
pub fn is_at(file: &File, path: &Path) -> bool {
    let place = |facts: std::fs::Metadata| (facts.dev(), facts.ino());
    match (file.metadata(), path.metadata()) {
        (Ok(open), Ok(there)) => place(open) == place(there),
        (_, _) => false,
    }
}

/// What the system said of this file.
pub fn file_error(path: &Path, error: &io::Error) -> QueueError {
    QueueError::File {
        path: path.into(),
        why: unreadable::why_not_written(error),
    }
}

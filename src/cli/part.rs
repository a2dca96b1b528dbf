//! A file that is written in pieces, and gone on with where a killed command left it.
//!
//! ```text
//! october.csv.part         what is there so far
//! october.csv.part.json    what it is a part of, how much of it is certain, and what comes next
//! october.csv              the whole, from one moment to the next
//! ```
//!
//! A mark says how much of the part is on the disk for certain. Whatever stands behind it is cut off and written again,
//! so that the whole is the same however often it was interrupted.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{cli::exit::Failure, unreadable};

/// A part that is being written by this command and by no other.
#[derive(Debug)]
pub struct Part {
    whole: PathBuf,
    part: PathBuf,
    marks: PathBuf,
    /// What it is a part of, in words.
    job: String,
    file: File,
    bytes: u64,
}

/// How far a part has come.
#[derive(Debug, Serialize, Deserialize)]
struct Mark<P> {
    job: String,
    bytes: u64,
    next: P,
}

impl Part {
    /// Begins a part of this job, or goes on with the one that is there; with it, what comes next.
    ///
    /// # Errors
    /// Where the whole is there already, the part belongs to another job or to another command that runs, or nothing
    /// can be written there.
    pub fn open<P: Serialize + DeserializeOwned>(
        whole: &Path,
        job: String,
        force: bool,
        first: P,
    ) -> Result<(Part, P), Failure> {
        match fs::metadata(whole) {
            // A device or a folder is no place for a file, whatever is forced.
            Ok(there) if !there.is_file() => {
                let why = "it is no file: name another one, or `-` for standard output";
                return Err(told(whole, why));
            }
            Ok(_) if !force => {
                let why = "it is there already: --force puts the new one in its place";
                return Err(told(whole, why));
            }
            _ => {}
        }
        let (part, marks) = (beside(whole, ".part"), beside(whole, ".part.json"));
        let mut options = OpenOptions::new();
        let file = options.create(true).truncate(false).write(true).open(&part);
        let file = file.map_err(|error| unwritten(&part, &error))?;
        let opened = file.metadata().map_err(|error| unwritten(&part, &error))?;
        let held = match file.try_lock() {
            // Whoever held it may have finished it meanwhile, and given it its name.
            Ok(()) => fs::metadata(&part).map_or(true, |named| named.ino() != opened.ino()),
            Err(TryLockError::WouldBlock) => true,
            Err(TryLockError::Error(error)) => return Err(unwritten(&part, &error)),
        };
        if held {
            let why = "another export is writing it: wait for its end, or take another name";
            return Err(told(&part, why));
        }
        let mut this = Part {
            whole: whole.to_owned(),
            part,
            marks,
            job,
            file,
            bytes: 0,
        };
        let next = match this.marked::<P>()? {
            Some(mark) => this.go_on(mark, opened.len())?,
            None if opened.len() == 0 => {
                this.mark(&first)?;
                first
            }
            None => {
                let why = "it is no part of an export: take it away, or take another name";
                return Err(told(&this.part, why));
            }
        };
        Ok((this, next))
    }

    /// How many bytes are there.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Its own name.
    pub fn path(&self) -> &Path {
        &self.part
    }

    /// Begins anew: nothing of what was there before is gone on with.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn empty(&mut self) -> Result<(), Failure> {
        self.cut(0)
    }

    /// Writes a piece, which is certain only behind the next mark.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn append(&mut self, piece: &[u8]) -> Result<(), Failure> {
        let written = self.file.write_all(piece);
        written.map_err(|error| unwritten(&self.part, &error))?;
        self.bytes = self
            .bytes
            .saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        Ok(())
    }

    /// Makes all of it certain, and says what comes next.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn mark(&self, next: &impl Serialize) -> Result<(), Failure> {
        let synced = self.file.sync_data();
        synced.map_err(|error| unwritten(&self.part, &error))?;
        let mark = Mark {
            job: self.job.clone(),
            bytes: self.bytes,
            next,
        };
        let new = beside(&self.marks, ".new");
        let written = serde_json::to_vec(&mark).map_err(io::Error::from);
        let written = written.and_then(|text| {
            let mut file = File::create(&new)?;
            file.write_all(&text)?;
            file.sync_data()?;
            fs::rename(&new, &self.marks)
        });
        written.map_err(|error| unwritten(&self.marks, &error))
    }

    /// Gives the whole its name.
    ///
    /// # Errors
    /// When that is not certain.
    pub fn finish(self) -> Result<(), Failure> {
        let folder = match self.whole.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        let finish = || {
            self.file.sync_all()?;
            fs::rename(&self.part, &self.whole)?;
            fs::remove_file(&self.marks)?;
            File::open(folder)?.sync_all()
        };
        finish().map_err(|error| unwritten(&self.whole, &error))
    }

    /// The newest mark; `None` where there is none.
    fn marked<P: DeserializeOwned>(&self) -> Result<Option<Mark<P>>, Failure> {
        let text = match fs::read(&self.marks) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unwritten(&self.marks, &error)),
        };
        match serde_json::from_slice(&text) {
            Ok(mark) => Ok(Some(mark)),
            Err(_) => Err(told(
                &self.marks,
                "it does not say how far an export has come: take it away together with the part beside it",
            )),
        }
    }

    fn go_on<P>(&mut self, mark: Mark<P>, length: u64) -> Result<P, Failure> {
        if mark.job != self.job {
            let why = format!(
                "it is a part of another export ({}): go on with that one, or take it away together with the .json beside it",
                mark.job
            );
            return Err(told(&self.part, &why));
        }
        if length < mark.bytes {
            let why = "some of it is gone: take it away together with the .json beside it";
            return Err(told(&self.part, why));
        }
        self.cut(mark.bytes)?;
        Ok(mark.next)
    }

    /// Takes away what stands behind so many bytes, and goes on there.
    fn cut(&mut self, bytes: u64) -> Result<(), Failure> {
        let cut = self
            .file
            .set_len(bytes)
            .and_then(|()| io::Seek::seek(&mut self.file, io::SeekFrom::Start(bytes)));
        cut.map_err(|error| unwritten(&self.part, &error))?;
        self.bytes = bytes;
        Ok(())
    }
}

/// The same name with more behind it.
fn beside(path: &Path, more: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(more);
    name.into()
}

fn told(path: &Path, why: &str) -> Failure {
    Failure::Usage(format!("{}: {why}", path.display()))
}

fn unwritten(path: &Path, error: &io::Error) -> Failure {
    let why = unreadable::why_not_written(error);
    told(path, &format!("it cannot be written: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(whole: &Path, job: &str) -> Result<(Part, u32), Failure> {
        Part::open(whole, job.to_owned(), false, 0)
    }

    #[test]
    fn what_stands_behind_the_last_mark_is_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let whole = folder.path().join("x.csv");
        let (mut part, next) = open(&whole, "one").unwrap();
        assert_eq!(next, 0);
        part.append(b"first\n").unwrap();
        part.mark(&1).unwrap();
        part.append(b"sec").unwrap();
        drop(part);
        let (mut part, next) = open(&whole, "one").unwrap();
        assert_eq!((part.bytes(), next), (6, 1));
        part.append(b"second\n").unwrap();
        part.finish().unwrap();
        assert_eq!(fs::read(&whole).unwrap(), b"first\nsecond\n");
        let left = fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 1, "something is left behind");
    }

    #[test]
    fn a_part_that_is_begun_anew_holds_nothing_of_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let whole = folder.path().join("x.csv");
        let (mut part, _) = open(&whole, "one").unwrap();
        part.append(b"everything\n").unwrap();
        part.mark(&1).unwrap();
        drop(part);
        let (mut part, _) = open(&whole, "one").unwrap();
        part.empty().unwrap();
        part.append(b"anew\n").unwrap();
        part.finish().unwrap();
        assert_eq!(fs::read(&whole).unwrap(), b"anew\n");
    }

    #[test]
    fn what_is_no_file_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let told = Part::open(folder.path(), "one".to_owned(), true, 0);
        let told = told.unwrap_err().to_string();
        assert!(told.contains("it is no file"), "{told}");
    }

    #[test]
    fn a_part_that_somebody_writes_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let whole = folder.path().join("x.csv");
        let held = open(&whole, "one").unwrap();
        let told = open(&whole, "one").unwrap_err().to_string();
        assert!(told.contains("another export is writing it"), "{told}");
        drop(held);
        open(&whole, "one").unwrap();
    }
}

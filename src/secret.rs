//! Words that must not be seen: passwords, tokens, passphrases.
//!
//! A [`Secret`] prints as `***` wherever it is printed and is wiped when it is dropped. It is
//! revealed in the one call that sends or compares it, and nowhere else. What a library copies, such as
//! its buffers of what is sent, and the environment of the process are not ours to wipe: so that they
//! stay in memory, the process leaves no core dump.

use std::{
    fmt,
    fs::{File, OpenOptions},
    io::{self, Read},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use rustix::{
    fs::OFlags,
    process::{Resource, Rlimit, setrlimit},
};
use zeroize::Zeroizing;

use crate::unreadable;

/// A secret word, never empty.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// A secret out of a setting; `None` where the word is empty.
    pub fn new(word: impl Into<String>) -> Option<Secret> {
        let word = Zeroizing::new(word.into());
        (!word.is_empty()).then_some(Secret(word))
    }

    /// The first line of a file that only its owner may read.
    ///
    /// # Errors
    /// When the file cannot be read, is open to the group or to others, or is empty.
    pub fn from_file(path: &Path) -> Result<Secret, SecretError> {
        let text = read_private(path)?;
        let word = text.lines().next().map(str::trim_end).unwrap_or("");
        Secret::new(word).ok_or_else(|| SecretError::Empty { path: path.into() })
    }

    /// The word itself, for the call that sends or compares it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// The longest file that holds a secret: a private key of any kind is far below it.
const LONGEST: u64 = 1 << 20;

/// The text of a file that only its owner may read, such as a private key.
///
/// The owner may be another user than ours: then we are root, who reads the files of the service's own user
/// to check them.
///
/// # Errors
/// When the file cannot be read, is no plain file, or is open to the group or to others.
pub fn read_private(path: &Path) -> Result<Zeroizing<String>, SecretError> {
    let unreadable = |error: io::Error| SecretError::Read {
        path: path.into(),
        why: unreadable::why(&error),
    };
    // What is asked for its mode is what is read, whoever puts another file there meanwhile.
    let file = open(path).map_err(unreadable)?;
    let facts = file.metadata().map_err(unreadable)?;
    if facts.is_dir() {
        return Err(unreadable(io::ErrorKind::IsADirectory.into()));
    }
    if !facts.is_file() {
        return Err(SecretError::NoFile { path: path.into() });
    }
    let mode = facts.permissions().mode();
    // systemd hands its credentials over with an ACL, which shows as a group that may read; their
    // folder is closed to everybody else.
    let forbidden = if handed_over(path) { 0o037 } else { 0o077 };
    if mode & forbidden != 0 {
        return Err(SecretError::Open {
            path: path.into(),
            mode: mode & 0o777,
        });
    }
    if facts.len() > LONGEST {
        return Err(SecretError::TooLong { path: path.into() });
    }
    text(file, facts.len()).map_err(unreadable)
}

/// Opens it at once, also where it is a pipe to which nobody writes.
fn open(path: &Path) -> io::Result<File> {
    let at_once = i32::try_from(OFlags::NONBLOCK.bits()).map_err(io::Error::other)?;
    OpenOptions::new()
        .read(true)
        .custom_flags(at_once)
        .open(path)
}

/// All of a file of this size.
fn text(file: File, size: u64) -> io::Result<Zeroizing<String>> {
    // At once of the size that it needs: a text that grows leaves copies behind.
    let size = usize::try_from(size).map_err(io::Error::other)?;
    let mut text = Zeroizing::new(String::with_capacity(size.saturating_add(1)));
    file.take(LONGEST).read_to_string(&mut text)?;
    Ok(text)
}

/// Lets the process leave no core dump from now on, which would hold every secret.
///
/// # Errors
/// What the system says.
pub fn stay_out_of_core_dumps() -> io::Result<()> {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    Ok(setrlimit(Resource::Core, none)?)
}

/// Whether the file is a credential that systemd handed to this service.
fn handed_over(path: &Path) -> bool {
    let folder = std::env::var_os("CREDENTIALS_DIRECTORY");
    folder.is_some_and(|folder| !folder.is_empty() && path.starts_with(folder))
}

/// Why a file gave no secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// It is not there, or not ours to read.
    #[error("cannot read {}: {why}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What stands in the way.
        why: String,
    },
    /// Others may read it, so it is no secret.
    #[error(
        "others can read {path}, which has mode {mode:04o}: run `chmod 600 {path}`",
        path = path.display()
    )]
    Open {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// It is a pipe or a device, of which nobody knows when it ends, or who else reads it.
    #[error("{} is no plain file: write the secret into one", path.display())]
    NoFile {
        /// The file.
        path: PathBuf,
    },
    /// It holds something else.
    #[error("{} is longer than any secret: name the file that holds it alone", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
    },
    /// Its first line is empty.
    #[error("the first line of {} is empty: write the secret there", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_prints_as_stars() {
        let secret = Secret::new("canary").expect("not empty");
        assert_eq!(format!("{secret} {secret:?} {secret:#?}"), "*** *** ***");
        assert_eq!(secret.reveal(), "canary");
    }

    #[test]
    fn an_empty_word_is_no_secret() {
        assert!(Secret::new("").is_none());
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), "canary\n").expect("written");
        assert_eq!(
            Secret::from_file(file.path()).expect("mode 0600").reveal(),
            "canary"
        );
        let open = std::fs::Permissions::from_mode(0o640);
        std::fs::set_permissions(file.path(), open).expect("set");
        let error = Secret::from_file(file.path()).expect_err("mode 0640");
        assert!(error.to_string().contains("mode 0640"), "{error}");
    }

    #[test]
    fn a_link_is_as_open_as_what_it_leads_to() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        std::fs::write(&file, "canary\n").expect("written");
        std::os::unix::fs::symlink(&file, &link).expect("a link");
        for (mode, closed) in [(0o600, true), (0o604, false)] {
            let mode = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(&file, mode).expect("set");
            assert_eq!(Secret::from_file(&link).is_ok(), closed);
        }
    }

    #[test]
    fn what_is_no_plain_file_is_refused_at_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = folder.path().join("pipe");
        let mode = rustix::fs::Mode::from_bits_truncate(0o600);
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, mode).expect("a pipe");
        for path in [pipe.as_path(), Path::new("/dev/null")] {
            let error = Secret::from_file(path).expect_err("no file");
            assert!(matches!(error, SecretError::NoFile { .. }), "{error}");
        }
        let long = folder.path().join("long");
        let mut options = OpenOptions::new();
        let file = options.write(true).create(true).mode(0o600).open(&long);
        let file = file.expect("a file");
        file.set_len(LONGEST + 1).expect("as long");
        let error = Secret::from_file(&long).expect_err("too long");
        assert!(matches!(error, SecretError::TooLong { .. }), "{error}");
    }
}

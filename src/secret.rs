//! Words that must not be seen: passwords, tokens, passphrases.
//!
//! A [`Secret`] prints as `***` wherever it is printed and is wiped when it is dropped. It is
//! revealed in the one call that sends or compares it, and nowhere else.

use std::{
    fmt,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
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

/// The text of a file that only its owner may read, such as a private key.
///
/// # Errors
/// When the file cannot be read or is open to the group or to others.
pub fn read_private(path: &Path) -> Result<Zeroizing<String>, SecretError> {
    let unreadable = |error: std::io::Error| SecretError::Read {
        path: path.into(),
        why: unreadable::why(&error),
    };
    let facts = std::fs::metadata(path).map_err(unreadable)?;
    if facts.is_dir() {
        return Err(unreadable(std::io::ErrorKind::IsADirectory.into()));
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
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    Ok(Zeroizing::new(text))
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
}

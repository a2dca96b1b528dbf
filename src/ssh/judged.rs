//! What a host key was judged by, so that it is seen when that has become another one.

use std::{
    fs::File,
    io::{self, BufRead, BufReader},
    path::Path,
};

use sha2::{Digest, Sha256};

use crate::ssh::host_keys::HostKeys;

/// What it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judged {
    /// A file with this SHA-256.
    File([u8; 32]),
    /// A file that could not be read.
    Unread,
    /// The fingerprints of the settings, which stay what they are.
    Pinned,
}

impl Judged {
    /// By these, as they are now.
    pub fn by(host_keys: &HostKeys) -> Judged {
        match host_keys {
            HostKeys::Pinned(_) => Judged::Pinned,
            HostKeys::File(path) => digest(path).map_or(Judged::Unread, Judged::File),
        }
    }
}

/// It is taken piece by piece, for the file may be large.
fn digest(path: &Path) -> io::Result<[u8; 32]> {
    let mut file = BufReader::new(File::open(path)?);
    let mut digest = Sha256::new();
    loop {
        let piece = file.fill_buf()?;
        if piece.is_empty() {
            return Ok(digest.finalize().into());
        }
        digest.update(piece);
        let length = piece.len();
        file.consume(length);
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::PathBuf};

    use super::*;

    #[test]
    fn a_file_is_another_one_when_it_says_something_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let file: PathBuf = folder.path().join("known_hosts");
        let judged = || Judged::by(&HostKeys::File(file.clone()));
        assert_eq!(judged(), Judged::Unread);
        fs::write(&file, "node1.example A\n").expect("written");
        let first = judged();
        fs::write(&file, "node1.example A\n").expect("written");
        assert_eq!(judged(), first);
        fs::write(&file, "node1.example B\n").expect("written");
        assert_ne!(judged(), first);
        assert_eq!(Judged::by(&HostKeys::Pinned(Vec::new())), Judged::Pinned);
    }
}

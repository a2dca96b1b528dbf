//! What is stored.
//!
//! ```text
//! FS:  20.3GB in 757 files, 757 inodes,  244 file maps,  323 chunks,  889 chunk replicas
//! ```
//!
//! The size is what users have stored, each byte counted once. (vstorage.md 2.8.)

use crate::vstorage::{
    grammar::{Parsed, count, mark, word},
    placed::{Placed, placed},
    token::{Size, size},
};
use nom::{
    Parser,
    combinator::map,
    sequence::{delimited, terminated},
};
use std::fmt;

/// The file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fs {
    /// What users have stored, each byte counted once.
    pub size: Size,
    /// How many files.
    pub files: u64,
    /// How many inodes.
    pub inodes: u64,
    /// How many file maps.
    pub file_maps: u64,
    /// How many chunks.
    pub chunks: u64,
    /// How many replicas of chunks.
    pub chunk_replicas: u64,
}

impl fmt::Display for Fs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FS:  {} in {} files, ", self.size, self.files)?;
        write!(
            f,
            "{} inodes,  {} file maps,  ",
            self.inodes, self.file_maps
        )?;
        write!(
            f,
            "{} chunks,  {} chunk replicas",
            self.chunks, self.chunk_replicas
        )
    }
}

/// The `FS:` line.
pub(crate) fn fs(input: &str) -> Parsed<'_, Fs> {
    map(
        line,
        |(size, files, inodes, file_maps, chunks, chunk_replicas)| Fs {
            size: size.value,
            files: files.value,
            inodes: inodes.value,
            file_maps: file_maps.value,
            chunks: chunks.value,
            chunk_replicas: chunk_replicas.value,
        },
    )
    .parse(input)
}

type Count<'a> = Placed<'a, u64>;
/// In the order of the fields of [`Fs`].
pub(crate) type FsLine<'a> = (
    Placed<'a, Size>,
    Count<'a>,
    Count<'a>,
    Count<'a>,
    Count<'a>,
    Count<'a>,
);

/// Its numbers.
pub(crate) fn line(input: &str) -> Parsed<'_, FsLine<'_>> {
    (
        delimited(mark("FS:"), placed(size), word("in")),
        terminated(placed(count), (word("files"), mark(","))),
        terminated(placed(count), (word("inodes"), mark(","))),
        terminated(placed(count), (word("file"), word("maps"), mark(","))),
        terminated(placed(count), (word("chunks"), mark(","))),
        terminated(placed(count), (word("chunk"), word("replicas"))),
    )
        .parse(input)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vstorage::grammar::whole;

    const FS: &str =
        "FS:  20.3GB in 757 files, 757 inodes,  244 file maps,  323 chunks,  889 chunk replicas";

    #[test]
    fn the_file_system_is_printed_as_it_was_read() {
        let read = whole(1, FS, fs).unwrap();
        assert_eq!(read.to_string(), FS);
        assert_eq!((read.files, read.chunk_replicas), (757, 889));
    }

    #[test]
    fn a_line_that_is_not_whole_is_refused() {
        for end in ["chunk replica", "chunk", "chunks,  889", "chunks"] {
            let (start, _) = FS.split_once("chunks").unwrap();
            let text = format!("{start}{end}");
            assert!(whole(1, &text, fs).is_err(), "{text}");
        }
    }
}

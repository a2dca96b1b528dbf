//! Why a file cannot be read or written, in words that say what to do.

use std::io::{Error, ErrorKind};

/// What stands behind `cannot read FILE: `. The file itself is named by the caller.
pub fn why(error: &Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        ErrorKind::PermissionDenied => {
            "this user may not: see its owner and mode with `ls -l`".to_owned()
        }
        ErrorKind::IsADirectory => "it is a directory: name the file in it".to_owned(),
        ErrorKind::NotADirectory => "what stands before its last `/` is no directory".to_owned(),
        ErrorKind::InvalidData => "it is no text in UTF-8".to_owned(),
        _ => error.to_string(),
    }
}

/// What stands behind `cannot write FILE: `.
pub fn why_not_written(error: &Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no folder for it".to_owned(),
        _ => why(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn says(path: &str, words: &str) {
        let error = std::fs::read_to_string(path).expect_err("no text");
        assert_eq!(why(&error), words, "{error}");
    }

    #[test]
    fn what_the_system_says_in_numbers_is_said_in_words() {
        says("/nonexistent", "there is no such file");
        says("/tmp", "it is a directory: name the file in it");
        says(
            "/etc/passwd/x",
            "what stands before its last `/` is no directory",
        );
    }

    #[test]
    fn what_has_no_words_of_ours_keeps_those_of_the_system() {
        let error = Error::other("the disk is on fire");
        assert_eq!(why(&error), "the disk is on fire");
    }
}

//! What is compared: the whole text, with a mask for what differs from run to run.

use std::{net::TcpListener, path::Path};

use jiff::Timestamp;

use crate::program::Ended;

/// An address where nobody listens.
pub(crate) fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// A name without an address. Its first part is longer than the DNS can ask for, so that the answer comes
/// from this machine, whatever becomes of its resolver.
pub(crate) fn no_name() -> String {
    format!("{}.example", "n".repeat(64))
}

/// Words that differ from run to run, each with the word that stands for it.
#[derive(Default)]
pub(crate) struct Mask(Vec<(String, &'static str)>);

impl Mask {
    /// Longer words are to come first.
    pub(crate) fn of(mut self, word: impl ToString, stands: &'static str) -> Mask {
        self.0.push((word.to_string(), stands));
        self
    }

    pub(crate) fn folder(self, folder: &Path) -> Mask {
        self.of(folder.display(), "FOLDER")
    }

    fn hide(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (word, stands) in &self.0 {
            text = text.replace(word, stands);
        }
        let mut shown = String::new();
        for piece in text.split_inclusive(' ') {
            let word = piece.trim_end_matches([' ', '\n', ':', ',', ';']);
            match word.parse::<Timestamp>() {
                Ok(_) => shown += &piece.replace(word, "TIME"),
                Err(_) => shown += piece,
            }
        }
        shown
    }

    /// The text is this one.
    #[track_caller]
    pub(crate) fn says(&self, text: impl ToString, expected: &str) {
        assert_eq!(self.hide(&text.to_string()), expected);
    }

    /// The program ended with this code, and its stderr is this one sentence.
    #[track_caller]
    pub(crate) fn ends(&self, ended: &Ended, code: i32, sentence: &str) {
        assert_eq!(ended.code, Some(code), "{ended:#?}");
        self.says(&ended.stderr, &format!("vhi-usage: {sentence}\n"));
    }
}

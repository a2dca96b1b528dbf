//! What the log says once: each new word, and none again.

use std::{collections::HashSet, sync::Mutex};

use crate::lock;

/// As many words are remembered; what comes after them is not said at all.
const REMEMBERED: usize = 200;

/// The words that were said.
#[derive(Debug, Default)]
pub struct Once(Mutex<HashSet<String>>);

impl Once {
    /// Whether this word is to be said: it was not yet.
    pub fn is_new(&self, word: &str) -> bool {
        let mut said = lock::held(&self.0);
        said.len() < REMEMBERED && said.insert(word.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_new_word_is_said_once() {
        let once = Once::default();
        assert!(once.is_new("a"));
        assert!(!once.is_new("a"));
        assert!(once.is_new("b"));
    }

    #[test]
    fn a_flood_of_words_has_an_end() {
        let once = Once::default();
        let said = (0..1_000)
            .filter(|word| once.is_new(&word.to_string()))
            .count();
        assert_eq!(said, REMEMBERED);
    }
}

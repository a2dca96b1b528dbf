//! What the log says once: each new word, and none again.

use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
    sync::Mutex,
};

use crate::lock;

/// As many words are remembered; what comes after them is not said at all.
const REMEMBERED: usize = 200;

/// The words that were said. Of each a hash is kept, and nothing that stands in it.
#[derive(Debug, Default)]
pub struct Once {
    said: Mutex<HashSet<u64>>,
    hasher: RandomState,
}

/// Whether a word is to be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Novelty {
    /// It is: it was not yet.
    New,
    /// It is, and no other word after it: so many are too many.
    Last,
    /// It is not.
    Old,
}

impl Once {
    /// Whether this word is to be said, and whether any other will be.
    pub fn novelty(&self, word: &str) -> Novelty {
        let mut said = lock::held(&self.said);
        if said.len() >= REMEMBERED || !said.insert(self.hasher.hash_one(word)) {
            return Novelty::Old;
        }
        match said.len() {
            REMEMBERED => Novelty::Last,
            _ => Novelty::New,
        }
    }

    /// Whether this word is to be said: it was not yet.
    pub fn is_new(&self, word: &str) -> bool {
        self.novelty(word) != Novelty::Old
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
    fn a_flood_of_words_has_an_end_that_is_said_once() {
        let once = Once::default();
        let novelty: Vec<Novelty> = (0..1_000).map(|it| once.novelty(&it.to_string())).collect();
        let (said, flood) = novelty.split_at(REMEMBERED);
        assert!(said.ends_with(&[Novelty::New, Novelty::Last]));
        assert_eq!(
            said.iter().filter(|it| **it == Novelty::New).count(),
            REMEMBERED - 1
        );
        assert!(flood.iter().all(|it| *it == Novelty::Old));
    }
}

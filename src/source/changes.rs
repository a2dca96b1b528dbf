//! What the log says at each change: whatever was not so the last time.

use std::{collections::HashSet, sync::Mutex};

use crate::lock;

/// As many things are remembered of one time; what comes after them is not said.
const REMEMBERED: usize = 200;

/// What was so the last time, by its words.
#[derive(Debug, Default)]
pub struct Changes(Mutex<HashSet<String>>);

impl Changes {
    /// Of all that is so now, each thing once, those that were not so the last time.
    pub fn begun<T>(&self, mut now: Vec<T>, word: impl Fn(&T) -> String) -> Vec<T> {
        let mut before = lock::held(&self.0);
        let mut words = HashSet::new();
        now.retain(|it| {
            let word = word(it);
            let begun = !before.contains(&word);
            words.len() < REMEMBERED && words.insert(word) && begun
        });
        *before = words;
        now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begun<const N: usize>(of: &Changes, now: [u32; N]) -> Vec<u32> {
        of.begun(now.to_vec(), u32::to_string)
    }

    #[test]
    fn what_stays_so_is_said_once_and_what_comes_back_is_said_again() {
        let of = Changes::default();
        assert_eq!(begun(&of, [1, 2, 2]), [1, 2]);
        assert_eq!(begun(&of, [2, 1]), [0; 0]);
        assert_eq!(begun(&of, [2]), [0; 0]);
        assert_eq!(begun(&of, [1, 2]), [1]);
        assert_eq!(begun(&of, []), [0; 0]);
        assert_eq!(begun(&of, [2]), [2]);
    }

    #[test]
    fn a_flood_has_an_end() {
        let all: Vec<u32> = (0..1_000).collect();
        let begun = Changes::default().begun(all, u32::to_string);
        assert_eq!(begun.len(), REMEMBERED);
    }
}

//! How many connections there may be at once, and when their number is worth a word.

use std::mem;

/// So many connections at once. The next ones wait for their end, before the system's limit for open
/// files would keep us from our nodes.
pub const MOST: usize = 512;

/// Whether it was told of already.
#[derive(Debug, Default)]
pub struct Crowd {
    told: bool,
}

impl Crowd {
    /// True once for a crowd. It is over when half of it has gone, not with each that makes room for the
    /// next.
    pub fn fills(&mut self, connections: usize) -> bool {
        if connections < MOST / 2 {
            self.told = false;
        }
        connections >= MOST && !mem::replace(&mut self.told, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crowd_is_told_of_once_until_half_of_it_has_gone() {
        let mut crowd = Crowd::default();
        let mut told = |connections| crowd.fills(connections);
        assert!(!told(MOST - 1));
        assert!(told(MOST));
        for still in [MOST, MOST - 1, MOST, MOST / 2, MOST] {
            assert!(!told(still), "{still}");
        }
        assert!(!told(MOST / 2 - 1));
        assert!(told(MOST));
    }
}

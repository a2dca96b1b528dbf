//! Where an export of readings goes on.

use serde::{Deserialize, Serialize};

use crate::store::entry::{Entry, Stored};

/// The place behind the last reading that is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Next {
    /// The place of its cluster among those of the export.
    cluster: usize,
    /// The place of its role.
    role: usize,
    /// The last reading; `None` where none of this role is written yet.
    behind: Option<Behind>,
    /// How many are written at all.
    pub readings: u64,
}

/// A reading by what the rows of a role are ordered by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Behind {
    /// In milliseconds since 1970.
    at: i64,
    /// Hex digits of one length, so that they have the order of the bytes.
    id: String,
}

impl Behind {
    fn of(entry: &Entry) -> Behind {
        Behind {
            at: entry.at.as_millisecond(),
            id: entry.id.to_string(),
        }
    }
}

impl Next {
    /// Whether anything of this role of this cluster may still be to come. If so, it is what comes next.
    pub fn comes_to(&mut self, cluster: usize, role: usize) -> bool {
        let place = (self.cluster, self.role);
        if (cluster, role) > place {
            (self.cluster, self.role, self.behind) = (cluster, role, None);
        }
        (cluster, role) >= place
    }

    /// The second of the last reading; `None` where there is none of this role.
    pub fn second(&self) -> Option<i64> {
        let behind = self.behind.as_ref()?;
        Some(behind.at.div_euclid(1000))
    }

    /// Whether this one is to be written. It is taken as written then.
    pub fn take(&mut self, stored: &Stored) -> bool {
        let behind = Behind::of(&stored.entry);
        if self.behind.as_ref().is_some_and(|last| behind <= *last) {
            return false;
        }
        self.behind = Some(behind);
        self.readings += 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_that_are_written_are_left_out() {
        let mut next = Next::default();
        assert!(next.comes_to(0, 0) && next.comes_to(0, 2));
        next.behind = Some(Behind {
            at: -1,
            id: String::new(),
        });
        assert_eq!(next.second(), Some(-1));
        assert!(!next.comes_to(0, 1) && next.comes_to(0, 2));
        assert_eq!(next.second(), Some(-1));
        assert!(next.comes_to(1, 0) && !next.comes_to(0, 2));
        assert_eq!(next.second(), None);
    }
}

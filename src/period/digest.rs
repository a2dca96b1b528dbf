//! What seals a closed month.
//!
//! The digest is the SHA-256 of this text, each line with its end, so that `sha256sum` gives it as well:
//!
//! ```text
//! vhi-usage period 1
//! cluster stor1
//! month 2026-10
//! zone Europe/Berlin
//! from 2026-09-30T22:00:00Z
//! to 2026-10-31T23:00:00Z
//! closed 2026-11-03T23:00:41.207Z grace    when, to the millisecond, and by what: `command` or `grace`
//! readings 89280 0f1e…          how many, and the SHA-256 of their names, one a line: `storage 948d0840-…`
//! corrections 2 77aa…           how many are booked in this month, and the digest of the last one; `0 -` for none
//! previous 5b3c…                the digest of the month before; `-` for the first
//! summary {"logical":…}         the JSON of the summary, in one line
//! ```
//!
//! A reading's name holds the SHA-256 of its raw text, so the digest of a month seals the evidence behind it, and that
//! of every month before.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{
    clock, hex,
    store::{entry::Hash, origin::Role},
};

/// What is sealed of a month.
#[derive(Clone, Copy, Debug)]
pub struct Sealed<'a> {
    /// Of which cluster.
    pub cluster: &'a str,
    /// Which month, as `2026-10`.
    pub month: &'a str,
    /// The zone in force when it closed.
    pub zone: &'a str,
    /// Its first second.
    pub from: i64,
    /// The second behind its last one.
    pub to: i64,
    /// When it closed, to the millisecond.
    pub closed_at: Timestamp,
    /// The word for what closed it.
    pub closed_by: &'a str,
    /// How many readings it is made of.
    pub readings: u64,
    /// Of their names.
    pub readings_digest: &'a Hash,
    /// How many corrections are booked in it.
    pub corrections: u64,
    /// Of the last of them; `None` where there is none.
    pub corrections_digest: Option<&'a Hash>,
    /// Of the month before; `None` for the first.
    pub previous: Option<&'a Hash>,
    /// The JSON of its summary.
    pub summary: &'a str,
}

impl Sealed<'_> {
    /// The text that is hashed.
    pub fn text(&self) -> String {
        let maybe = |hash: Option<&Hash>| hash.map_or_else(|| "-".to_owned(), |it| hex::lower(it));
        format!(
            "vhi-usage period 1\ncluster {}\nmonth {}\nzone {}\nfrom {}\nto {}\nclosed {} {}\nreadings {} {}\ncorrections {} {}\nprevious {}\nsummary {}\n",
            self.cluster,
            self.month,
            self.zone,
            second(self.from),
            second(self.to),
            clock::rfc3339(self.closed_at),
            self.closed_by,
            self.readings,
            hex::lower(self.readings_digest),
            self.corrections,
            maybe(self.corrections_digest),
            maybe(self.previous),
            self.summary,
        )
    }

    /// The digest of the month.
    pub fn digest(&self) -> Hash {
        Sha256::digest(self.text()).into()
    }
}

/// A whole second, as `2026-10-31T23:00:00Z`.
fn second(second: i64) -> String {
    match Timestamp::from_second(second) {
        Ok(at) => at.to_string(),
        // No month reaches out of what a timestamp can say; a damaged row may.
        Err(_) => second.to_string(),
    }
}

/// The digest of the readings of a month, fed with one after the other: first those of storage, then those of compute,
/// each in the order of their times, at one time in the order of their names.
#[derive(Clone, Debug, Default)]
pub struct Readings {
    hasher: Sha256,
    count: u64,
}

impl Readings {
    /// The next one.
    pub fn feed(&mut self, role: Role, id: Uuid) {
        let mut name = Uuid::encode_buffer();
        let name = id.hyphenated().encode_lower(&mut name);
        for part in [role.name(), " ", name, "\n"] {
            self.hasher.update(part);
        }
        self.count += 1;
    }

    /// How many there were, and the digest of their names.
    pub fn done(self) -> (u64, Hash) {
        (self.count, self.hasher.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEALED: Sealed<'static> = Sealed {
        cluster: "stor1",
        month: "2026-10",
        zone: "Europe/Berlin",
        from: 1_790_805_600,
        to: 1_793_487_600,
        closed_at: Timestamp::constant(1_793_746_841, 207_000_000),
        closed_by: "grace",
        readings: 2,
        readings_digest: &[1; 32],
        corrections: 0,
        corrections_digest: None,
        previous: None,
        summary: "{}",
    };

    #[test]
    fn the_digest_is_that_of_the_text_that_the_readme_shows() {
        let ones = "01".repeat(32);
        let text = format!(
            "vhi-usage period 1\ncluster stor1\nmonth 2026-10\nzone Europe/Berlin\nfrom 2026-09-30T22:00:00Z\n\
             to 2026-10-31T23:00:00Z\nclosed 2026-11-03T23:00:41.207Z grace\nreadings 2 {ones}\ncorrections 0 -\nprevious -\nsummary {{}}\n"
        );
        assert_eq!(SEALED.text(), text);
        // As `sha256sum` gives it: closed months of every store stand on this.
        assert_eq!(
            hex::lower(&SEALED.digest()),
            "1488616449d4c84afbccafe62b1ab7e7de259317e0c340c61c84ed54d2301409"
        );
    }

    #[test]
    fn another_word_anywhere_gives_another_digest() {
        let others = [
            Sealed {
                cluster: "stor2",
                ..SEALED
            },
            Sealed {
                month: "2026-11",
                ..SEALED
            },
            Sealed {
                zone: "UTC",
                ..SEALED
            },
            Sealed {
                from: SEALED.from + 1,
                ..SEALED
            },
            Sealed {
                to: SEALED.to + 1,
                ..SEALED
            },
            Sealed {
                closed_at: SEALED.closed_at + std::time::Duration::from_millis(1),
                ..SEALED
            },
            Sealed {
                closed_by: "command",
                ..SEALED
            },
            Sealed {
                readings: 3,
                ..SEALED
            },
            Sealed {
                readings_digest: &[2; 32],
                ..SEALED
            },
            Sealed {
                corrections: 1,
                ..SEALED
            },
            Sealed {
                corrections_digest: Some(&[3; 32]),
                ..SEALED
            },
            Sealed {
                previous: Some(&[4; 32]),
                ..SEALED
            },
            Sealed {
                summary: "{ }",
                ..SEALED
            },
        ];
        for other in others {
            assert_ne!(other.digest(), SEALED.digest(), "{other:?}");
        }
    }

    #[test]
    fn readings_are_sealed_with_their_role_and_in_their_order() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let of = |fed: &[(Role, Uuid)]| {
            let mut readings = Readings::default();
            for (role, id) in fed {
                readings.feed(*role, *id);
            }
            readings.done()
        };
        let (storage, compute) = (Role::Storage, Role::Compute);
        let whole = of(&[(storage, one), (compute, other)]);
        let text = format!("storage {one}\ncompute {other}\n");
        assert_eq!(whole, (2, Sha256::digest(text).into()));
        assert_ne!(whole, of(&[(storage, one), (storage, other)]));
        assert_ne!(whole, of(&[(storage, other), (compute, one)]));
        assert_ne!(whole, of(&[(storage, one)]));
        assert_eq!(of(&[]), (0, Sha256::digest("").into()));
    }
}

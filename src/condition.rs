//! What the vendor's words say of a storage cluster and of its licence, in closed lists.
//!
//! ```text
//! Degraded, SMART warning   ->   degraded, smart_warning
//! on fire                   ->   other
//! ```
//!
//! A peer may say anything. Where each word is a series for years, it is one of these.

use std::collections::BTreeSet;

use crate::words::words;

words! {
    /// What a storage cluster says of itself.
    Condition as "StorageCondition" {
        /// All chunk servers are active.
        Healthy = "healthy",
        /// Some chunk servers are inactive.
        Degraded = "degraded",
        /// Too many are, and replication is off.
        Failure = "failure",
        /// A disk is about to fail.
        SmartWarning = "smart_warning",
        /// It does not know yet, as after the election of a master.
        Unknown = "unknown",
        /// Something that is in no list of ours.
        Other = "other",
    }
}

impl Condition {
    /// All that a status says, in either case. One word that is in no list leaves nothing of it but `Other`: `not
    /// healthy` is not healthy.
    pub fn of(status: &str) -> BTreeSet<Condition> {
        let mut words = status.split(|c: char| !c.is_alphanumeric());
        let mut said = BTreeSet::new();
        while let Some(word) = words.next() {
            said.insert(match word.to_lowercase().as_str() {
                "" => continue,
                "healthy" => Condition::Healthy,
                "degraded" => Condition::Degraded,
                "failure" => Condition::Failure,
                "unknown" => Condition::Unknown,
                "smart" if words.next().is_some_and(is_warning) => Condition::SmartWarning,
                _ => return BTreeSet::from([Condition::Other]),
            });
        }
        if said.is_empty() {
            said.insert(Condition::Other);
        }
        said
    }
}

fn is_warning(word: &str) -> bool {
    word.eq_ignore_ascii_case("warning")
}

words! {
    /// What a licence says of itself.
    LicenseState as "LicenseState" {
        /// It is in force.
        Active = "active",
        /// It is not any more.
        Expired = "expired",
        /// The source says nothing of it.
        Unknown = "unknown",
        /// Something that is in no list of ours.
        Other = "other",
    }
}

impl LicenseState {
    /// The vendor's word as answers have it: as it came, or that nothing is said.
    pub fn word(state: Option<&str>) -> &str {
        state.unwrap_or(LicenseState::Unknown.name())
    }

    /// What the vendor's word means, in either case.
    pub fn of(state: Option<&str>) -> LicenseState {
        let state = LicenseState::word(state);
        let known = LicenseState::ALL.into_iter();
        let mut known = known.filter(|it| it.name().eq_ignore_ascii_case(state.trim()));
        known.next().unwrap_or(LicenseState::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_says_what_each_of_its_words_does() {
        for (status, said) in [
            ("healthy", &[Condition::Healthy][..]),
            ("Degraded", &[Condition::Degraded]),
            ("SMART warning", &[Condition::SmartWarning]),
            (
                "failure, SMART warning",
                &[Condition::Failure, Condition::SmartWarning],
            ),
            ("unknown  unknown", &[Condition::Unknown]),
            ("not healthy", &[Condition::Other]),
            ("SMART", &[Condition::Other]),
            ("smart healthy", &[Condition::Other]),
            ("warning", &[Condition::Other]),
            ("", &[Condition::Other]),
            (" ,", &[Condition::Other]),
        ] {
            assert_eq!(
                Condition::of(status),
                said.iter().copied().collect(),
                "{status}"
            );
        }
    }

    #[test]
    fn a_licence_of_which_nothing_is_said_is_not_one_with_a_word_that_is_in_no_list() {
        for (state, said) in [
            (Some("ACTIVE"), LicenseState::Active),
            (Some("active"), LicenseState::Active),
            (Some("Expired"), LicenseState::Expired),
            (Some("GRACE PERIOD"), LicenseState::Other),
            (Some(""), LicenseState::Other),
            (Some("unknown"), LicenseState::Unknown),
            (None, LicenseState::Unknown),
        ] {
            assert_eq!(LicenseState::of(state), said, "{state:?}");
        }
    }
}

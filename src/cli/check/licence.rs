//! The licence of a cluster: what is left of it, how long it lasts, and what to warn of.

use jiff::{Timestamp, tz::TimeZone};

use crate::{
    headroom::Headroom,
    reading::{License, Source, StorageReading},
};

/// So many days before the last one, one is warned.
const NEARLY: i64 = 30;
/// What the tool prints for a licence without an end is a day of this year.
const NEVER: i16 = 2100;

/// The licence of a cluster, as one source says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Licence {
    /// Which source.
    pub source: Source,
    /// What it says.
    pub license: License,
    /// How much of it is left; `None` where capacity or used is not known.
    pub headroom: Option<Headroom>,
    /// Days from the reading to the last one: 0 on it, below zero behind it. `None` where no day is known.
    pub days_left: Option<i64>,
}

impl Licence {
    /// Of the first reading that says how much is left, else of the first that says anything of a licence. `None`: no
    /// one does.
    pub fn of<'a>(readings: impl Iterator<Item = &'a StorageReading>) -> Option<Licence> {
        let known: Vec<Licence> = readings.filter_map(Licence::said).collect();
        let whole = known.iter().find(|licence| licence.headroom.is_some());
        whole.or(known.first()).cloned()
    }

    fn said(reading: &StorageReading) -> Option<Licence> {
        let license = reading.license.as_ref()?;
        if *license == License::default() {
            return None;
        }
        let amounts = license.capacity.zip(license.used);
        Some(Licence {
            source: reading.source,
            license: license.clone(),
            headroom: amounts.map(|(capacity, used)| Headroom::of(capacity.amount, used.amount)),
            days_left: license
                .expires_on
                .and_then(|last| days(reading.observed_at, last)),
        })
    }

    /// Whether the day of its end is the one that stands for none.
    pub fn is_without_end(&self) -> bool {
        let last = self.license.expires_on;
        last.is_some_and(|last| last.year() == NEVER && last.day_of_year() == 1)
    }

    /// What one should know before writing stops, each as one sentence.
    pub fn warnings(&self) -> Vec<String> {
        const STOPS: &str =
            "writes to the cluster stop when it is used up: extend it or delete data";
        let headroom = self.headroom.and_then(|it| {
            let Headroom { left, least, most, .. } = it;
            match it.is_low {
                Some(false) => None,
                Some(true) => Some(format!("of the licence {left} % are left, and {STOPS}")),
                None => Some(format!(
                    "between {least} % and {most} % of the licence are left, so perhaps less than 10 %, and {STOPS}"
                )),
            }
        });
        let last = self.license.expires_on.zip(self.days_left);
        let end = last.and_then(|(last, days)| match days {
            ..0 => Some(format!(
                "the licence ended on {last}, and its last day is {} days ago: renew it",
                -days
            )),
            0..=NEARLY => Some(format!(
                "the licence ends on {last}, in {days} days: renew it"
            )),
            _ => None,
        });
        let state = self.license.state.as_deref();
        let state = state.filter(|state| !state.eq_ignore_ascii_case("active"));
        let state = state.map(|state| {
            format!(
                "the licence's state is {state}, and not ACTIVE: see it in the panel, and renew it"
            )
        });
        headroom.into_iter().chain(end).chain(state).collect()
    }
}

fn days(at: Timestamp, last: jiff::civil::Date) -> Option<i64> {
    let today = at.to_zoned(TimeZone::UTC).date();
    let between = today.until(last).ok()?;
    Some(i64::from(between.get_days()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{headroom::Hundredths, reading::Figure};

    const TIB: u64 = 1 << 40;

    #[test]
    fn the_last_day_still_counts() {
        let at: Timestamp = "2026-11-22T23:59:59Z".parse().expect("a time");
        let left = |last: &str| days(at, last.parse().expect("a day"));
        assert_eq!(left("2026-11-22"), Some(0));
        assert_eq!(left("2026-11-21"), Some(-1));
        assert_eq!(left("2027-11-22"), Some(365));
        assert_eq!(left("2100-01-01"), Some(26_703));
    }

    #[test]
    fn whoever_says_nothing_of_a_licence_is_passed_over() {
        let mut reading = StorageReading {
            source: Source::Ssh,
            basis: Source::Ssh.basis(),
            observed_at: Timestamp::UNIX_EPOCH,
            node: None,
            cluster_status: None,
            size_base: None,
            logical: crate::reading::Space::exact(TIB, 0).expect("space"),
            physical: None,
            user_data: None,
            user_data_by: None,
            replication: None,
            license: Some(License::default()),
            tiers: None,
            services: None,
            unread: crate::vstorage::unread::Unread::default(),
        };
        assert_eq!(Licence::of([&reading].into_iter()), None);
        let silent = reading.clone();
        reading.source = Source::Overview;
        reading.license = Some(License {
            expires_on: "1970-01-31".parse().ok(),
            ..License::default()
        });
        let licence = Licence::of([&silent, &reading].into_iter()).expect("a licence");
        assert_eq!((licence.source, licence.headroom), (Source::Overview, None));
        assert_eq!(
            (licence.days_left, licence.is_without_end()),
            (Some(30), false)
        );
        assert_eq!(licence.warnings().len(), 1);

        let mut whole = reading.clone();
        whole.license = Some(License {
            capacity: Some(Figure::exact(10)),
            used: Some(Figure::exact(5)),
            ..License::default()
        });
        let licence = Licence::of([&reading, &whole].into_iter()).expect("a licence");
        assert_eq!(licence.headroom.map(|it| it.left), Some(Hundredths(5_000)));
    }
}

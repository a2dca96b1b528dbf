//! A calendar month, written `2026-10`.

use std::{fmt, str::FromStr};

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::meter::window::Window;

const FIRST_YEAR: i16 = 1970;
/// The last one whose end every zone can still say.
const LAST_YEAR: i16 = 9998;

/// A calendar month of a year from 1970 to 9998. Which seconds belong to it, a zone says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    /// Its first day.
    first: Date,
}

/// A text that is no month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a month is four digits of the year, `-`, and two digits, such as 2026-10")]
pub struct NoMonth;

impl Month {
    /// Of a year; `None` where there is none, or none that we count.
    pub fn new(year: i16, month: i8) -> Option<Month> {
        let first = Date::new(year, month, 1).ok()?;
        let counted = (FIRST_YEAR..=LAST_YEAR).contains(&year);
        counted.then_some(Month { first })
    }

    /// The one that a moment falls into in this zone; the first or the last that we count where it falls outside.
    pub fn of(at: Timestamp, zone: &TimeZone) -> Month {
        let date = zone.to_datetime(at).date();
        let (first, last) = (
            Date::constant(FIRST_YEAR, 1, 1),
            Date::constant(LAST_YEAR, 12, 1),
        );
        let first = date.first_of_month().clamp(first, last);
        Month { first }
    }

    /// The one behind it; `None` behind the last.
    pub fn next(self) -> Option<Month> {
        match self.first.month() {
            12 => Month::new(self.first.year() + 1, 1),
            month => Month::new(self.first.year(), month + 1),
        }
    }

    /// The one before it; `None` before the first.
    pub fn previous(self) -> Option<Month> {
        match self.first.month() {
            1 => Month::new(self.first.year() - 1, 12),
            month => Month::new(self.first.year(), month - 1),
        }
    }

    /// From its first second in this zone up to the first second of the next one. A day that begins after midnight,
    /// as days do where clocks are put forward then, begins when it begins.
    #[expect(
        clippy::expect_used,
        reason = "the years that we count lie inside of what a timestamp can say"
    )]
    pub fn window(self, zone: &TimeZone) -> Window {
        let start = |date: Date| {
            let zoned = date.to_zoned(zone.clone()).expect("a year that we count");
            zoned.timestamp().as_second()
        };
        let behind = self.first.last_of_month().tomorrow().expect("a year more");
        Window::new(start(self.first), start(behind)).expect("a month is longer than any offset")
    }
}

impl FromStr for Month {
    type Err = NoMonth;

    fn from_str(text: &str) -> Result<Month, NoMonth> {
        let (year, month) = text.split_once('-').ok_or(NoMonth)?;
        let digits = |part: &str, count| {
            part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !digits(year, 4) || !digits(month, 2) {
            return Err(NoMonth);
        }
        let year = year.parse().map_err(|_| NoMonth)?;
        let month = month.parse().map_err(|_| NoMonth)?;
        Month::new(year, month).ok_or(NoMonth)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.first.year(), self.first.month())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(text: &str) -> Month {
        text.parse().unwrap()
    }

    #[track_caller]
    fn lasts(text: &str, zone: &str, from: &str, to: &str) {
        let window = month(text).window(&TimeZone::get(zone).unwrap());
        let said = |second| Timestamp::from_second(second).unwrap().to_string();
        assert_eq!(
            (said(window.from()), said(window.to())),
            (from.into(), to.into())
        );
    }

    #[test]
    fn a_month_is_written_in_one_way_only() {
        for text in ["1970-01", "2026-10", "9998-12"] {
            assert_eq!(month(text).to_string(), text);
        }
        for text in [
            "",
            "2026",
            "2026-1",
            "2026-00",
            "2026-13",
            "26-10",
            "2026-10-01",
            "+026-10",
            "2026-+1",
            " 2026-10",
            "2026/10",
            "1969-12",
            "9999-01",
            "٢٠٢٦-10",
        ] {
            assert_eq!(text.parse::<Month>(), Err(NoMonth), "{text}");
        }
    }

    #[test]
    fn months_follow_each_other_over_the_end_of_the_year() {
        assert_eq!(month("2026-12").next(), Some(month("2027-01")));
        assert_eq!(month("2027-01").previous(), Some(month("2026-12")));
        assert_eq!(month("2026-10").next(), Some(month("2026-11")));
        assert_eq!(
            (month("9998-12").next(), month("1970-01").previous()),
            (None, None)
        );
        assert!(month("2026-12") < month("2027-01"));
    }

    #[test]
    fn a_month_begins_and_ends_at_the_midnight_of_its_zone() {
        lasts(
            "2026-10",
            "UTC",
            "2026-10-01T00:00:00Z",
            "2026-11-01T00:00:00Z",
        );
        // Summer time begins in March and ends in October.
        lasts(
            "2026-03",
            "Europe/Berlin",
            "2026-02-28T23:00:00Z",
            "2026-03-31T22:00:00Z",
        );
        lasts(
            "2026-10",
            "Europe/Berlin",
            "2026-09-30T22:00:00Z",
            "2026-10-31T23:00:00Z",
        );
        lasts(
            "2026-12",
            "Asia/Kolkata",
            "2026-11-30T18:30:00Z",
            "2026-12-31T18:30:00Z",
        );
        lasts(
            "2028-02",
            "Pacific/Chatham",
            "2028-01-31T10:15:00Z",
            "2028-02-29T10:15:00Z",
        );
        // Clocks were put forward from midnight to one: the month began at one.
        lasts(
            "2017-10",
            "America/Asuncion",
            "2017-10-01T04:00:00Z",
            "2017-11-01T03:00:00Z",
        );
    }

    #[test]
    fn a_leap_day_makes_a_month_longer_by_one_day() {
        let days = |text| month(text).window(&TimeZone::UTC).seconds() / 86_400;
        assert_eq!(
            (days("2027-02"), days("2028-02"), days("2100-02")),
            (28, 29, 28)
        );
    }

    #[test]
    fn months_that_follow_meet_in_every_zone_and_each_second_falls_into_one() {
        for zone in [
            "UTC",
            "Europe/Berlin",
            "Asia/Kolkata",
            "America/St_Johns",
            "Pacific/Apia",
        ] {
            let zone = TimeZone::get(zone).unwrap();
            let mut current = month("2011-11");
            for _ in 0..40 {
                let (window, next) = (current.window(&zone), current.next().unwrap());
                assert_eq!(window.to(), next.window(&zone).from());
                let of = |second| Month::of(Timestamp::from_second(second).unwrap(), &zone);
                assert_eq!(of(window.from()), current);
                assert_eq!(of(window.to() - 1), current);
                assert_eq!(of(window.to()), next);
                current = next;
            }
        }
        assert_eq!(Month::of(Timestamp::MAX, &TimeZone::UTC), month("9998-12"));
        assert_eq!(Month::of(Timestamp::MIN, &TimeZone::UTC), month("1970-01"));
    }
}

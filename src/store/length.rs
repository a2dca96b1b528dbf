//! How long roll-ups are: an hour, a day, a calendar month, all of them in UTC.

use jiff::{Span, civil::Date};

use crate::{
    meter::{tally::Detail, window::Window},
    store::marks::{DAY, HOUR},
};

const EPOCH: Date = Date::constant(1970, 1, 1);

/// How long a roll-up is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Length {
    /// An hour.
    Hour,
    /// A day in UTC.
    Day,
    /// A calendar month in UTC.
    Month,
}

impl Length {
    /// Every one, the shortest first.
    pub const ALL: [Length; 3] = [Length::Hour, Length::Day, Length::Month];

    /// The table of its rows.
    pub(crate) fn table(self) -> &'static str {
        match self {
            Length::Hour => "hours",
            Length::Day => "days",
            Length::Month => "months",
        }
    }

    /// What its rows say: hours alone hold the levels of a percentile.
    pub(crate) fn detail(self) -> Detail {
        match self {
            Length::Hour => Detail::Levels,
            Length::Day | Length::Month => Detail::Sums,
        }
    }

    /// How many seconds it has at most.
    pub fn longest(self) -> i64 {
        match self {
            Length::Hour => HOUR,
            Length::Day => DAY,
            Length::Month => 31 * DAY,
        }
    }

    /// The one that a second lies in; `None` where the calendar has none.
    pub fn around(self, second: i64) -> Option<Window> {
        match self {
            Length::Hour | Length::Day => even(second, self.longest()),
            Length::Month => month(second),
        }
    }

    /// The one that begins at a second; `None` where none does.
    pub fn at(self, start: i64) -> Option<Window> {
        self.around(start).filter(|it| it.from() == start)
    }

    /// All that lie in a window as a whole, from the first one to the last; `None` where none does.
    pub fn within(self, window: Window) -> Option<Window> {
        let first = self.around(window.from())?;
        let from = match first.from() == window.from() {
            true => first.from(),
            false => first.to(),
        };
        Window::new(from, self.around(window.to())?.from()).ok()
    }
}

/// The stretch that a second lies in where time is parted into so many seconds each, from 1970 on.
pub fn even(second: i64, seconds: i64) -> Option<Window> {
    let from = second.checked_div_euclid(seconds)?.checked_mul(seconds)?;
    Window::new(from, from.checked_add(seconds)?).ok()
}

fn month(second: i64) -> Option<Window> {
    let day = second.div_euclid(DAY);
    let date = EPOCH.checked_add(Span::new().try_days(day).ok()?).ok()?;
    let from = (day + 1 - i64::from(date.day())) * DAY;
    Window::new(from, from + i64::from(date.days_in_month()) * DAY).ok()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn second(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_second()
    }

    #[track_caller]
    fn lasts(at: &str, from: &str, to: &str) {
        let midnight = |day: &str| second(&format!("{day}T00:00:00Z"));
        let expected = Window::new(midnight(from), midnight(to)).unwrap();
        assert_eq!(Length::Month.around(second(at)), Some(expected));
    }

    #[test]
    fn a_month_lasts_from_its_first_midnight_in_utc_to_that_of_the_next() {
        lasts("2026-10-01T00:00:00Z", "2026-10-01", "2026-11-01");
        lasts("2026-12-31T23:59:59Z", "2026-12-01", "2027-01-01");
        lasts("2028-02-29T12:00:00Z", "2028-02-01", "2028-03-01");
        lasts("2100-02-28T23:59:59Z", "2100-02-01", "2100-03-01");
        lasts("1969-12-31T23:59:59Z", "1969-12-01", "1970-01-01");
        lasts("1601-02-03T04:05:06Z", "1601-02-01", "1601-03-01");
        let mut from = second("1999-12-01T00:00:00Z");
        for _ in 0..3000 {
            let month = Length::Month.at(from).unwrap();
            assert_eq!(Length::Month.around(month.to() - 1), Some(month));
            assert!(month.to() - from <= Length::Month.longest());
            from = month.to();
        }
        assert_eq!(from, second("2249-12-01T00:00:00Z"));
    }

    #[test]
    fn every_time_that_can_be_said_has_its_month_and_no_other_second_has() {
        for time in [Timestamp::MIN, Timestamp::MAX] {
            let month = Length::Month.around(time.as_second()).unwrap();
            assert!(month.holds(time.as_second()));
        }
        for second in [i64::MIN, i64::MAX] {
            for length in Length::ALL {
                assert!(length.around(second).is_none_or(|it| it.holds(second)));
            }
            assert_eq!(Length::Month.around(second), None);
        }
    }

    #[test]
    fn what_a_window_cuts_does_not_lie_in_it() {
        let within = |length: Length, from, to| {
            let whole = length.within(Window::new(from, to).unwrap());
            whole.map(|it| (it.from(), it.to()))
        };
        let (october, december) = (
            second("2026-10-01T00:00:00Z"),
            second("2026-12-01T00:00:00Z"),
        );
        assert_eq!(
            within(Length::Month, october, december),
            Some((october, december))
        );
        let november = october + 31 * DAY;
        assert_eq!(
            within(Length::Month, october, december - 1),
            Some((october, november))
        );
        assert_eq!(
            within(Length::Month, october + 1, december),
            Some((november, december))
        );
        assert_eq!(within(Length::Month, october + 1, december - 1), None);
        assert_eq!(within(Length::Month, october + 1, october + 2), None);
        assert_eq!(within(Length::Hour, -3601, 3601), Some((-3600, 3600)));
    }
}

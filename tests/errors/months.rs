//! Months that are none, and months that cannot be closed.

use vhi_usage::period::{error::PeriodError, month::Month};

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

#[test]
fn a_text_that_is_no_month_is_told_what_one_looks_like() {
    let error = "2026-1".parse::<Month>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "a month is four digits of the year, `-`, and two digits, such as 2026-10"
    );
}

#[test]
fn a_month_that_cannot_be_closed_says_why_and_what_comes_first() {
    let (month, first) = (month("2026-10"), month("2026-09"));
    for (error, sentence) in [
        (
            PeriodError::NotOver {
                month,
                end: "2026-10-31T23:00:00Z".parse().unwrap(),
            },
            "2026-10 is not over before 2026-10-31T23:00:00Z; a month is closed after its end",
        ),
        (
            PeriodError::OutOfOrder { month, first },
            "2026-09 must be closed before 2026-10; months close in their order",
        ),
        (
            PeriodError::TooEarly {
                month: first,
                first: month,
            },
            "2026-09 lies before the first reading that is kept, in 2026-10",
        ),
        (
            PeriodError::NothingKept,
            "no reading of this cluster was ever kept, so there is no month to close",
        ),
    ] {
        assert_eq!(error.to_string(), sentence);
    }
}

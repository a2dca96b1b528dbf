//! A moment as people write it: a time with its offset, or a day.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// A text that is no moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a time is written 2026-10-01T00:00:00Z, with `Z` or an offset such as +02:00, or as a day, 2026-10-01"
)]
pub struct NoMoment;

/// A time after RFC 3339; a day is its first moment in this zone.
///
/// # Errors
/// `NoMoment` for anything else.
pub fn read(text: &str, zone: &TimeZone) -> Result<Timestamp, NoMoment> {
    match text.len() {
        10 => day(text, zone),
        _ => time(text),
    }
    .ok_or(NoMoment)
}

fn day(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    shaped(text, "dddd-dd-dd").then_some(())?;
    let day: Date = text.parse().ok()?;
    Some(day.to_zoned(zone.clone()).ok()?.timestamp())
}

fn time(text: &str) -> Option<Timestamp> {
    let (seconds, rest) = text.split_at_checked(19)?;
    let (digits, offset) = match rest.strip_prefix('.') {
        None => ("0", rest),
        Some(rest) => rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?),
    };
    let shape = shaped(seconds, "dddd-dd-ddTdd:dd:dd")
        && !digits.is_empty()
        && (offset == "Z" || shaped(offset, "+dd:dd") || shaped(offset, "-dd:dd"));
    shape.then(|| text.parse().ok())?
}

/// Whether a digit stands for every `d`, and everything else for itself.
fn shaped(text: &str, shape: &str) -> bool {
    let fits = |(own, c): (char, char)| match own {
        'd' => c.is_ascii_digit(),
        own => c == own,
    };
    text.len() == shape.len() && shape.chars().zip(text.chars()).all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_time_with_its_offset_or_a_day_of_the_zone() {
        let zone = TimeZone::get("America/Sao_Paulo").unwrap();
        for (text, moment) in [
            ("2026-10-01T00:00:00Z", "2026-10-01T00:00:00Z"),
            ("2026-10-01T00:00:00+05:30", "2026-09-30T18:30:00Z"),
            ("2026-10-01T00:00:00.250-02:00", "2026-10-01T02:00:00.25Z"),
            ("2026-10-01", "2026-10-01T03:00:00Z"),
            // The day began at one o'clock: midnight was left out.
            ("2018-11-04", "2018-11-04T03:00:00Z"),
        ] {
            assert_eq!(read(text, &zone), Ok(moment.parse().unwrap()), "{text}");
        }
        for text in [
            "",
            "2026",
            "2026-10",
            "2026-13-01",
            "2026-02-30",
            "2026-10-01T00:00:00",
            "2026-10-01 00:00:00Z",
            "20261001T000000Z",
            "2026-10-01T00:00Z",
            "2026-10-01T24:00:00Z",
            "2026-10-01T00:00:00.Z",
            "2026-10-01T00:00:00+02",
            "2026-10-01T00:00:00Z[UTC]",
            "1790805600",
            "ä26-10-01",
            "2026-10-01T00:00:00é",
        ] {
            assert_eq!(read(text, &zone), Err(NoMoment), "{text}");
        }
    }
}

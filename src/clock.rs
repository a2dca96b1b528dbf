//! Times as they are said: RFC 3339, UTC, milliseconds and `Z`.

use jiff::Timestamp;

/// The time now.
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// `2026-11-22T06:00:02.114Z`.
pub fn rfc3339(at: Timestamp) -> String {
    format!("{}Z", at.strftime("%Y-%m-%dT%H:%M:%S%.3f"))
}

/// `at` later by `by`; the last representable time where that is out of range.
pub fn later(at: Timestamp, by: std::time::Duration) -> Timestamp {
    jiff::SignedDuration::try_from(by)
        .and_then(|by| at.checked_add(by))
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_printed_with_milliseconds_and_z() {
        let at: Timestamp = "2026-11-22T07:00:02.1145+01:00".parse().expect("a time");
        assert_eq!(rfc3339(at), "2026-11-22T06:00:02.114Z");
        let whole: Timestamp = "2026-11-22T06:00:02Z".parse().expect("a time");
        assert_eq!(rfc3339(whole), "2026-11-22T06:00:02.000Z");
    }
}

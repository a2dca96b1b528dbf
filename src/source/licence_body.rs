//! What the panel's licence means, in exact bytes.
//!
//! ```text
//! {"status": "active", "capacity": 5000, "used_size": 290, "free_size": 4710, "expiration_ts": 1549583999}
//! ```
//!
//! Used and free are the capacity together. More may be used than there is: a licence can be overdrawn.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde_json::Value;

use crate::{
    reading::{Figure, License},
    source::{exact::Unusable, odd::Body, whole::whole},
};

/// What the licence says; its capacity is in the overview, too.
pub fn licence(body: &mut Body, overview: &Value, license: Option<&Value>) -> License {
    let license = body.read(license, "license", Value::as_object);
    let of = |key: &str| license.and_then(|license| license.get(key));
    let key = "license.capacity";
    let capacity = body
        .figure(of("capacity"), key)
        .or_else(|| body.figure(of("total_size"), "license.total_size"))
        .or_else(|| {
            let license = body.read(overview.get("license"), "license", Value::as_object)?;
            body.figure(license.get("capacity"), key)
        });
    let used = body.figure(of("used_size"), "license.used_size");
    let free = body.figure(of("free_size"), "license.free_size");
    License {
        state: body.text(of("status"), "license.status"),
        capacity,
        used,
        free: left(body, capacity, used, free),
        expires_on: day(body, of("expiration_ts")),
    }
}

/// What is free by the panel's word, where that fits; else what capacity and used leave. Where more is
/// used than there is, they leave nothing that could be said, and the panel's word is right where it is 0.
fn left(
    body: &mut Body,
    capacity: Option<Figure>,
    used: Option<Figure>,
    free: Option<Figure>,
) -> Option<Figure> {
    let bytes = |figure: Figure| figure.amount.bytes;
    let (Some(total), Some(used)) = (capacity.map(bytes), used.map(bytes)) else {
        return free;
    };
    let left = total.checked_sub(used);
    match (free.map(bytes), left) {
        (Some(there), Some(left)) if there == left => free,
        (Some(0), None) => free,
        (there, left) => {
            if let Some(free) = there {
                body.tell("license", Unusable::NotTheSum { total, used, free });
            }
            left.map(Figure::exact)
        }
    }
}

/// The day of a Unix time in UTC; `None` for 0, which says that nobody has set one.
fn day(body: &mut Body, value: Option<&Value>) -> Option<Date> {
    let at = |second: &Value| match whole(second)? {
        0 => Some(None),
        second if second > 0 => Timestamp::from_second(second).ok().map(Some),
        _ => None,
    };
    let at = body.read(value, "license.expiration_ts", at)??;
    Some(at.to_zoned(TimeZone::UTC).date())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::odd::Odd;
    use serde_json::json;

    /// The licence of this body, and what is odd of it.
    fn read(body: Value) -> (License, Vec<Odd>) {
        let mut of = Body::default();
        let found = licence(&mut of, &json!({}), Some(&body));
        (found, of.odd)
    }

    #[test]
    fn a_licence_adds_up_or_what_is_free_follows_from_the_other_two() {
        let wrong = |total, used, free| {
            let (key, tier) = ("license", None);
            let why = Unusable::NotTheSum { total, used, free };
            vec![Odd { key, tier, why }]
        };
        for (body, [capacity, used, free], odd) in [
            (
                json!({"capacity": 9, "used_size": 4, "free_size": 5}),
                [Some(9), Some(4), Some(5)],
                vec![],
            ),
            (
                json!({"total_size": 9, "used_size": 4, "free_size": 5}),
                [Some(9), Some(4), Some(5)],
                vec![],
            ),
            (
                json!({"capacity": 9, "used_size": 4}),
                [Some(9), Some(4), Some(5)],
                vec![],
            ),
            (
                json!({"capacity": 9, "used_size": 4, "free_size": 6}),
                [Some(9), Some(4), Some(5)],
                wrong(9, 4, 6),
            ),
            (
                json!({"capacity": 9, "free_size": 6}),
                [Some(9), None, Some(6)],
                vec![],
            ),
            (
                json!({"used_size": 4, "free_size": 6}),
                [None, Some(4), Some(6)],
                vec![],
            ),
            // Overdrawn.
            (
                json!({"capacity": 9, "used_size": 10}),
                [Some(9), Some(10), None],
                vec![],
            ),
            (
                json!({"capacity": 9, "used_size": 10, "free_size": 0}),
                [Some(9), Some(10), Some(0)],
                vec![],
            ),
            (
                json!({"capacity": 9, "used_size": 10, "free_size": 1}),
                [Some(9), Some(10), None],
                wrong(9, 10, 1),
            ),
        ] {
            let (it, told) = read(body.clone());
            let figures = [capacity, used, free].map(|it| it.map(Figure::exact));
            assert_eq!([it.capacity, it.used, it.free], figures, "{body}");
            assert_eq!(told, odd, "{body}");
        }
    }

    #[test]
    fn a_licence_that_ends_at_0_is_not_said_to_end() {
        let of = |second: Value| read(json!({ "expiration_ts": second }));
        let ends = |second: i64| of(json!(second)).0.expires_on.map(|day| day.to_string());
        assert_eq!(ends(86_399).as_deref(), Some("1970-01-01"));
        assert_eq!((ends(0), of(json!(0)).1), (None, vec![]));
        for odd in [json!(-1), json!(i64::MAX), json!("never")] {
            let (it, told) = of(odd);
            let why = Unusable::Form("license.expiration_ts");
            let (key, tier) = ("license.expiration_ts", None);
            assert_eq!((it.expires_on, told), (None, vec![Odd { key, tier, why }]));
        }
    }
}

//! A time as it is said, in RFC 3339.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type},
};

use crate::clock;

/// A time to the millisecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub Timestamp);

impl Moment {
    /// So many seconds after 1970 began; `None` where that is beyond all times.
    pub fn second(second: i64) -> Option<Moment> {
        Timestamp::from_second(second).map(Moment).ok()
    }

    /// So many milliseconds after 1970 began; `None` where that is beyond all times.
    pub fn millisecond(millisecond: i64) -> Option<Moment> {
        Timestamp::from_millisecond(millisecond).map(Moment).ok()
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&clock::rfc3339(self.0))
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Moment, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        text.parse().map(Moment).map_err(de::Error::custom)
    }
}

impl PartialSchema for Moment {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some("A time: RFC 3339, UTC, with milliseconds."))
            .into()
    }
}

impl ToSchema for Moment {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_as_it_was_written() {
        let moment = Moment::millisecond(1_763_791_202_114).unwrap();
        let json = serde_json::to_string(&moment).unwrap();
        assert_eq!(json, r#""2025-11-22T06:00:02.114Z""#);
        assert_eq!(serde_json::from_str::<Moment>(&json).unwrap(), moment);
        assert_eq!(Moment::second(i64::MAX), None);
    }
}

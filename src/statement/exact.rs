//! A sum that is larger than what many readers of JSON take for a number.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

/// A whole number of any size, in a string of digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exact(pub u128);

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Exact, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        text.parse().map(Exact).map_err(de::Error::custom)
    }
}

impl PartialSchema for Exact {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^[0-9]+$"))
            .description(Some("A whole number of any size, digit by digit."))
            .into()
    }
}

impl ToSchema for Exact {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_is_read_to_its_last_digit() {
        let exact = Exact(u128::MAX);
        let json = serde_json::to_string(&exact).unwrap();
        assert_eq!(json, r#""340282366920938463463374607431768211455""#);
        assert_eq!(serde_json::from_str::<Exact>(&json).unwrap(), exact);
        serde_json::from_str::<Exact>(r#""-1""#).unwrap_err();
        serde_json::from_str::<Exact>("7").unwrap_err();
    }
}

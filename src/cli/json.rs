//! A JSON value whose objects keep the order in which they were made.
//!
//! ```text
//! {"input":"x.txt","ok":true,"cluster":{"name":"stor1","status":"healthy"}}
//! ```
//!
//! A reader of many lines finds the same key at the same place; `serde_json`'s own objects are sorted.

use crate::{figure::Figure, vstorage::decimal::Decimal};
use serde::{Serialize, Serializer, ser::Error, ser::SerializeMap};

/// A value of the wire.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Count(u64),
    /// A line or a column.
    Place(usize),
    /// Printed as a number: the one place where a printed figure passes through a float, and none is billed.
    Decimal(Decimal),
    Text(String),
    Figure(Figure),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// A list of what there is.
    pub(crate) fn list(items: impl IntoIterator<Item = Json>) -> Self {
        Json::List(items.into_iter().collect())
    }
}

/// An object of keys and values, in their order.
pub(crate) fn object<K: Into<String>>(entries: impl IntoIterator<Item = (K, Json)>) -> Json {
    Json::Object(
        entries
            .into_iter()
            .map(|(key, it)| (key.into(), it))
            .collect(),
    )
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Json::Null => serializer.serialize_unit(),
            Json::Bool(it) => serializer.serialize_bool(*it),
            Json::Count(it) => serializer.serialize_u64(*it),
            Json::Place(it) => it.serialize(serializer),
            Json::Decimal(it) => {
                let text = it.to_string();
                if it.decimals() == 0 {
                    return serializer.serialize_u64(text.parse().map_err(S::Error::custom)?);
                }
                serializer.serialize_f64(text.parse().map_err(S::Error::custom)?)
            }
            Json::Text(it) => serializer.serialize_str(it),
            Json::Figure(it) => it.serialize(serializer),
            Json::List(items) => items.serialize(serializer),
            Json::Object(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

impl<T: Into<Json>> From<Option<T>> for Json {
    /// What is absent is `null`, never 0.
    fn from(it: Option<T>) -> Self {
        it.map_or(Json::Null, Into::into)
    }
}

impl From<bool> for Json {
    fn from(it: bool) -> Self {
        Json::Bool(it)
    }
}

impl From<u64> for Json {
    fn from(it: u64) -> Self {
        Json::Count(it)
    }
}

impl From<usize> for Json {
    fn from(it: usize) -> Self {
        Json::Place(it)
    }
}

impl From<String> for Json {
    fn from(it: String) -> Self {
        Json::Text(it)
    }
}

impl From<Figure> for Json {
    fn from(it: Figure) -> Self {
        Json::Figure(it)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_keep_their_order_and_what_is_absent_is_null() {
        let value = object([
            ("b", Json::from(true)),
            ("a", Json::list([Json::Count(1), Json::from(None::<u64>)])),
        ]);
        assert_eq!(
            serde_json::to_string(&value).unwrap(),
            r#"{"b":true,"a":[1,null]}"#
        );
    }

    #[test]
    fn a_percentage_is_a_number() {
        for (text, expected) in [("100", "100"), ("007", "7"), ("0.5", "0.5")] {
            let decimal = text.parse().unwrap();
            assert_eq!(
                serde_json::to_string(&Json::Decimal(decimal)).unwrap(),
                expected
            );
        }
    }
}

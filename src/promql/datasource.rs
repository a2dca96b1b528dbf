//! Which of Grafana's data sources is asked, by its names.
//!
//! ```text
//! GET /api/datasources
//! [{"id": 1, "uid": "P0123456789ABCDEF", "type": "prometheus", "isDefault": true, …}]
//! ```

use std::{fmt, ops::Deref, str::FromStr};

use serde_json::Value;

/// The names of Grafana's data source, one of them at least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Datasource {
    /// Its uid.
    pub uid: Option<Uid>,
    /// Its number.
    pub id: Option<u32>,
}

/// A uid, which stands in a path, so it is a plain word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uid(String);

impl Deref for Uid {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl FromStr for Uid {
    type Err = NoUid;

    fn from_str(text: &str) -> Result<Uid, NoUid> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        match !text.is_empty() && text.bytes().all(plain) {
            true => Ok(Uid(text.to_owned())),
            false => Err(NoUid),
        }
    }
}

/// A text that is no uid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a uid is letters, digits, `-` and `_`, as in the address of the data source's page")]
pub struct NoUid;

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The names of the one data source of Prometheus in a list, or of the default one among several.
///
/// # Errors
/// Why none of them can be the one that is meant.
pub fn choose(list: &Value) -> Result<Datasource, &'static str> {
    let list = list.as_array().ok_or("it gives no list of data sources")?;
    let is_prometheus = |it: &&Value| it.get("type").is_some_and(|kind| kind == "prometheus");
    let is_default = |it: &&Value| it.get("isDefault") == Some(&Value::Bool(true));
    let all: Vec<&Value> = list.iter().filter(is_prometheus).collect();
    let chosen = match all.as_slice() {
        [] => return Err("it shows no data source of type prometheus"),
        [one] => *one,
        several => *several.iter().find(|it| is_default(it)).ok_or(
            "it shows several data sources of type prometheus, and none of them is the default",
        )?,
    };
    let uid = chosen.get("uid").and_then(Value::as_str);
    let id = chosen.get("id").and_then(Value::as_u64);
    Ok(Datasource {
        uid: uid.and_then(|uid| uid.parse().ok()),
        id: id.and_then(|id| u32::try_from(id).ok()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn source(id: u32, uid: &str, kind: &str, default: bool) -> Value {
        json!({"id": id, "uid": uid, "type": kind, "isDefault": default, "name": "x"})
    }

    fn named(uid: &str, id: u32) -> Result<Datasource, &'static str> {
        Ok(Datasource {
            uid: uid.parse().ok(),
            id: Some(id),
        })
    }

    #[test]
    fn the_only_prometheus_is_meant_or_the_default_among_several() {
        let other = source(1, "L1", "loki", true);
        let (first, second) = (
            source(2, "P2", "prometheus", false),
            source(3, "P3", "prometheus", true),
        );
        assert_eq!(choose(&json!([other, first])), named("P2", 2));
        assert_eq!(choose(&json!([other, first, second])), named("P3", 3));
        for list in [
            json!([]),
            json!([other]),
            json!([first, first]),
            json!({"message": "x"}),
        ] {
            assert!(choose(&list).is_err(), "{list}");
        }
    }

    #[test]
    fn a_uid_leads_to_no_other_path() {
        for text in ["", "..", "a/b", "a?b", "a b", "ä", "a%2f"] {
            assert_eq!(text.parse::<Uid>(), Err(NoUid), "{text}");
        }
    }
}

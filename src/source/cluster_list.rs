//! The panel's list of clusters, and the one in it that was asked for.
//!
//! ```text
//! {"data": [{"id": 1, "name": "cluster1", "status": "healthy"}, …]}, or the list alone
//! ```

use serde_json::Value;

use crate::source::exact::{Unusable, word};

/// So many names are told of a list that lacks the one that was asked for.
const NAMES: usize = 8;

/// What the list says of a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its id, which can stand in a path.
    pub id: String,
    /// The panel's word on its state; `None` where the list has none.
    pub status: Option<String>,
}

/// Why no cluster of the list is the one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotListed {
    /// The list cannot be used.
    Unusable(Unusable),
    /// It has others only: their names.
    Others(String),
}

/// The cluster of this name. Entries without a name are none of our business.
///
/// # Errors
/// Where the list has none of this name, or more than one, or is no list of clusters.
pub fn find(list: &Value, asked: &str) -> Result<Listed, NotListed> {
    let no_list = || NotListed::Unusable(Unusable::NoList);
    let entries = list.get("data").unwrap_or(list).as_array();
    let entries = entries.ok_or_else(no_list)?;
    let name = |entry: &Value| entry.get("name").and_then(Value::as_str).map(str::to_owned);
    let names: Vec<String> = entries.iter().filter_map(name).collect();
    if names.is_empty() && !entries.is_empty() {
        return Err(no_list());
    }
    let mut found = entries
        .iter()
        .filter(|entry| name(entry).as_deref() == Some(asked));
    let entry = found.next();
    let entry = entry.ok_or_else(|| NotListed::Others(told(&names)))?;
    if found.next().is_some() {
        return Err(NotListed::Unusable(Unusable::SameName));
    }
    let status = entry.get("status").and_then(Value::as_str);
    Ok(Listed {
        id: entry.get("id").and_then(word).ok_or_else(no_list)?,
        status: status.map(str::to_owned),
    })
}

/// The names of a list, or of its beginning.
fn told(names: &[String]) -> String {
    match names.split_at_checked(NAMES) {
        Some((first, rest)) if !rest.is_empty() => format!("{} and others", first.join(", ")),
        _ if names.is_empty() => "none".to_owned(),
        _ => names.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn id(list: Value) -> Result<String, NotListed> {
        find(&list, "cluster1").map(|it| it.id)
    }

    #[test]
    fn the_list_may_be_bare_and_entries_that_are_not_asked_for_are_not_judged() {
        let ours = json!({"id": 1, "name": "cluster1"});
        for list in [
            json!([ours]),
            json!({"data": [ours]}),
            json!([{"id": 7}, {"name": null}, 7, null, ours, {"id": "../1", "name": "b"}]),
        ] {
            assert_eq!(id(list), Ok("1".to_owned()));
        }
    }

    #[test]
    fn two_of_the_name_are_none_whatever_their_ids() {
        for other in [1, 2] {
            let named = |id: u64| json!({"id": id, "name": "cluster1"});
            let why = NotListed::Unusable(Unusable::SameName);
            assert_eq!(id(json!([named(1), named(other)])), Err(why));
        }
        let others = json!([{"id": 1, "name": "a"}, {"id": 2, "name": "a"}]);
        assert_eq!(id(others), Err(NotListed::Others("a, a".to_owned())));
    }

    #[test]
    fn the_status_is_known_where_the_list_says_it() {
        for (status, known) in [
            (json!("healthy"), Some("healthy")),
            (json!(null), None),
            (json!(7), None),
        ] {
            let list = json!([{"id": 1, "name": "cluster1", "status": status}]);
            let found = find(&list, "cluster1").expect("the cluster").status;
            assert_eq!(found.as_deref(), known);
        }
    }

    #[test]
    fn a_long_list_is_told_by_its_beginning() {
        let told = |count| told(&vec!["a".to_owned(); count]);
        assert_eq!(told(0), "none");
        assert_eq!(told(2), "a, a");
        assert_eq!(told(8), "a, a, a, a, a, a, a, a");
        assert_eq!(told(9), "a, a, a, a, a, a, a, a and others");
    }
}

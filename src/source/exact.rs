//! Exact bytes in a JSON body: total, used and free, which must hold together, and ids.
//!
//! ```text
//! {"id": 0, "phys_space": {"total": 2000, "used": 600, "free": 1400}}
//! ```

use serde_json::Value;

use crate::{reading::Space, source::whole::whole};

/// Why an answer, or a part of it, cannot be served.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// A figure that is needed is absent or null.
    #[error(
        "{0} is not there: may this user read all of the storage, as a system administrator may?"
    )]
    Absent(&'static str),
    /// A figure that is needed is no whole number from 0 to 2^64 − 1.
    #[error("{0} is no count of bytes; please send us the answer, names masked")]
    Illegal(&'static str),
    /// No total can hold it.
    #[error(
        "it says that {free} bytes are free, of {total} in all: see what `vinfra cluster overview` says, and send us both if they stay so"
    )]
    MoreFree {
        /// All of it.
        total: u64,
        /// What is said to be left of it.
        free: u64,
    },
    /// One of the three is wrong, and nobody can say which.
    #[error(
        "it says that {used} bytes are used and {free} free, which are not the {total} that it says there are in all: see what `vinfra cluster overview` says, and send us both if they stay so"
    )]
    NotTheSum {
        /// All of it.
        total: u64,
        /// What is said to be taken.
        used: u64,
        /// What is said to be left.
        free: u64,
    },
    /// The clusters cannot be told apart.
    #[error(
        "it is no list of clusters, each with id and name; please send us the answer, names masked"
    )]
    NoList,
    /// Which of the clusters is meant cannot be told.
    #[error(
        "two clusters in it have the name that was asked for, so nobody can say which is meant: give one of them another name, or set url in [cluster.panel] to a panel that shows one alone"
    )]
    SameName,
    /// Tiers cannot be told apart.
    #[error(
        "its tiers are not each of an id of its own, so none of them is counted; please send us the answer, names masked"
    )]
    Tiers,
    /// Something else than a figure is not what we know.
    #[error("{0} has a form that we do not know; please send us the answer, names masked")]
    Form(&'static str),
}

/// The names of total, used and free, for the errors.
pub type Keys = [&'static str; 3];

/// Total and free must be there; used may be, and then it must be right.
///
/// # Errors
/// Where one is no count of bytes, else where one is missing, or where they do not hold together.
pub fn space(of: Option<&Value>, [total_key, used_key, free_key]: Keys) -> Result<Space, Unusable> {
    let of = of.filter(|of| !of.is_null());
    if of.is_some_and(|of| !of.is_object()) {
        return Err(Unusable::Illegal(total_key));
    }
    let get = |key: &str| of.and_then(|of| of.get(key));
    let total = bytes(get("total"), total_key)?;
    let free = bytes(get("free"), free_key)?;
    let used = bytes(get("used"), used_key)?;
    let total = total.ok_or(Unusable::Absent(total_key))?;
    let free = free.ok_or(Unusable::Absent(free_key))?;
    let space = Space::exact(total, free).ok_or(Unusable::MoreFree { total, free })?;
    match used {
        Some(used) if used != space.used.amount.bytes => {
            Err(Unusable::NotTheSum { total, used, free })
        }
        _ => Ok(space),
    }
}

/// A count of bytes; `None` where it is absent or null.
///
/// # Errors
/// Where something else is there.
fn bytes(value: Option<&Value>, key: &'static str) -> Result<Option<u64>, Unusable> {
    let value = value.filter(|value| !value.is_null());
    value
        .map(|value| whole(value).ok_or(Unusable::Illegal(key)))
        .transpose()
}

/// An id, which is a number or a word. It is sent back in a path, so it is a plain one.
pub fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(word) => Some(word.clone()),
        number => whole::<u64>(number).map(|number| number.to_string()),
    }
    .filter(|word| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        !word.is_empty() && word.bytes().all(plain)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(of: Value) -> Result<Space, Unusable> {
        space(Some(&of), ["space.total", "space.used", "space.free"])
    }

    #[test]
    fn used_is_derived_where_it_is_absent_and_must_be_right_where_it_is_there() {
        let expected = Space::exact(10, 7);
        assert_eq!(read(json!({"total": 10, "free": 7})).ok(), expected);
        assert_eq!(
            read(json!({"total": 10, "used": null, "free": 7})).ok(),
            expected
        );
        assert_eq!(
            read(json!({"total": 10, "used": 3.0, "free": 7})).ok(),
            expected
        );
        let (total, used, free) = (10, 4, 7);
        let wrong = read(json!({"total": total, "used": used, "free": free}));
        assert_eq!(wrong, Err(Unusable::NotTheSum { total, used, free }));
    }

    #[test]
    fn what_is_needed_and_not_a_count_of_bytes_gives_nothing() {
        for (space, why) in [
            (json!(null), Unusable::Absent("space.total")),
            (json!({"free": 7}), Unusable::Absent("space.total")),
            (
                json!({"total": 7, "free": null}),
                Unusable::Absent("space.free"),
            ),
            (
                json!({"total": "7", "free": 7}),
                Unusable::Illegal("space.total"),
            ),
            (
                json!({"total": 7, "free": -1}),
                Unusable::Illegal("space.free"),
            ),
            (
                json!({"total": 7, "free": 7, "used": 0.5}),
                Unusable::Illegal("space.used"),
            ),
            // what is odd is told before what is missing
            (json!({"free": -1}), Unusable::Illegal("space.free")),
            (json!([7, 7]), Unusable::Illegal("space.total")),
            (
                json!({"total": 7, "free": 8}),
                Unusable::MoreFree { total: 7, free: 8 },
            ),
        ] {
            assert_eq!(read(space.clone()), Err(why), "{space}");
        }
    }

    #[test]
    fn an_id_is_a_plain_word() {
        assert_eq!(word(&json!(1)).as_deref(), Some("1"));
        assert_eq!(word(&json!("a-1_b")).as_deref(), Some("a-1_b"));
        for odd in [
            json!(null),
            json!(-1),
            json!(1.5),
            json!(""),
            json!("../1"),
            json!("1?x=2"),
        ] {
            assert_eq!(word(&odd), None, "{odd}");
        }
    }
}

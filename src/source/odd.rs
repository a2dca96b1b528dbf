//! What of a body of the panel is not as it should be, while the rest of it is read.

use std::mem::discriminant;

use serde_json::Value;

use crate::{
    reading::{Figure, Space},
    source::{exact::Unusable, whole::whole},
};

/// What is there and is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Odd {
    /// Its key.
    pub key: &'static str,
    /// The id of the tier that it is of; `None` for all that is of no tier.
    pub tier: Option<String>,
    /// What is wrong with it.
    pub why: Unusable,
}

impl Odd {
    /// What is the same while the same is wrong with the same key, whatever the figures.
    pub fn word(&self) -> String {
        let Odd { key, tier, why } = self;
        format!("{key} {tier:?} {:?}", discriminant(why))
    }
}

/// What is found in a body that is read key by key, and is not as it should be.
#[derive(Debug, Default)]
pub struct Body {
    /// In the order in which it was found.
    pub odd: Vec<Odd>,
}

impl Body {
    /// Notes what is wrong with a key.
    pub fn tell(&mut self, key: &'static str, why: Unusable) {
        let tier = None;
        self.odd.push(Odd { key, tier, why });
    }

    /// What is there, as `read` takes it, or else it is told; null is as good as absent.
    pub fn read<'a, T>(
        &mut self,
        value: Option<&'a Value>,
        key: &'static str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Option<T> {
        let read = read(there(value)?);
        if read.is_none() {
            self.tell(key, Unusable::Form(key));
        }
        read
    }

    /// A count of bytes, in the same way.
    pub fn figure(&mut self, value: Option<&Value>, key: &'static str) -> Option<Figure> {
        let figure = whole(there(value)?).map(Figure::exact);
        if figure.is_none() {
            self.tell(key, Unusable::Illegal(key));
        }
        figure
    }

    /// A text, in the same way.
    pub fn text(&mut self, value: Option<&Value>, key: &'static str) -> Option<String> {
        self.read(value, key, Value::as_str).map(str::to_owned)
    }

    /// The share of a tier, or else it is told.
    pub fn share(
        &mut self,
        space: Result<Space, Unusable>,
        key: &'static str,
        tier: &str,
    ) -> Option<Space> {
        let told = |why| {
            let tier = Some(tier.to_owned());
            self.odd.push(Odd { key, tier, why });
        };
        space.map_err(told).ok()
    }
}

/// What is there and not null.
pub fn there(value: Option<&Value>) -> Option<&Value> {
    value.filter(|value| !value.is_null())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_same_odd_thing_has_the_same_word_whatever_its_figures() {
        let word = |free: u64, tier: &str| {
            let mut body = Body::default();
            let why = Unusable::MoreFree { total: 1, free };
            body.share(Err(why), "tiers.phys_space", tier);
            body.odd.iter().map(Odd::word).collect::<String>()
        };
        assert_eq!(word(2, "0"), word(3, "0"));
        assert_ne!(word(2, "0"), word(2, "1"));
    }

    #[test]
    fn null_is_as_good_as_absent_and_what_is_neither_is_told() {
        let mut body = Body::default();
        for value in [None, Some(&json!(null))] {
            assert_eq!(body.figure(value, "a"), None);
            assert_eq!(body.text(value, "b"), None);
        }
        assert_eq!(body.odd, []);
        assert_eq!(body.figure(Some(&json!("7")), "a"), None);
        assert_eq!(body.text(Some(&json!(7)), "b"), None);
        let told: Vec<_> = body.odd.into_iter().map(|odd| odd.why).collect();
        assert_eq!(told, [Unusable::Illegal("a"), Unusable::Form("b")]);
    }
}

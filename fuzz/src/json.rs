//! JSON: numbers and what stands in their place, drawn; and every word of a text as it is written, so that
//! a figure can be held against its own digits.

use crate::{drawn::Drawn, exact::Exact};
use num_bigint::BigInt;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// What may stand where a number should.
pub const VALUES: [&str; 24] = [
    "0",
    "7",
    "-3",
    "7.0",
    "7.50",
    "1e3",
    "25e-1",
    "-0",
    "-0.0",
    "null",
    "true",
    "\"7\"",
    "[7]",
    "{}",
    "{\"vcpus\":1}",
    "9007199254740991",
    "9007199254740992.0",
    "9007199254740993.0",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "1e400",
    "1e-400",
    "4503599627370497.5",
];

/// A count in one of the ways in which it may be written; now and then something else.
pub fn count(it: &mut Drawn<'_>, count: u64) -> String {
    match it.below(12) {
        7 => format!("{count}.0"),
        8 if count > 0 => format!("{count}000e-3"),
        9 => format!("{}.{}E+1", count / 10, count % 10),
        10 => format!("-{count}"),
        11 => it.one_of(&VALUES).to_owned(),
        _ => count.to_string(),
    }
}

/// One value of a JSON text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word<'a>(&'a str);

impl<'a> Word<'a> {
    /// The values that a text begins with, one behind the other, up to the first that is none.
    pub fn all_of(text: &'a str) -> Vec<Word<'a>> {
        let words = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
        let words = words.map_while(Result::ok);
        words.map(|word| Word(word.get())).collect()
    }

    /// As it is written.
    pub fn text(self) -> &'a str {
        self.0
    }

    /// What stands under a key of it, unless that is `null`. Of two equal keys the last one counts.
    pub fn get(self, key: &str) -> Option<Word<'a>> {
        let word = *self.entries()?.get(key)?;
        (word.0 != "null").then_some(word)
    }

    /// Its keys and what stands under them, if it is an object.
    pub fn entries(self) -> Option<BTreeMap<String, Word<'a>>> {
        let entries: BTreeMap<String, &RawValue> = serde_json::from_str(self.0).ok()?;
        let entries = entries.into_iter();
        Some(entries.map(|(key, it)| (key, Word(it.get()))).collect())
    }

    /// What it lists, if it is an array.
    pub fn items(self) -> Option<Vec<Word<'a>>> {
        let items: Vec<&RawValue> = serde_json::from_str(self.0).ok()?;
        Some(items.into_iter().map(|it| Word(it.get())).collect())
    }

    /// Its letters, if it is a string.
    pub fn string(self) -> Option<String> {
        serde_json::from_str(self.0).ok()
    }

    /// The whole number that it is to its last digit, if it is one.
    pub fn whole(self) -> Option<BigInt> {
        Exact::of(self.0)?.whole()
    }
}

//! The panel's overview and licence: every figure is a whole number of the JSON to the last digit, or the
//! sum or difference of such, and what is there and cannot be read is told.
//!
//! A text is the overview, and behind it the licence where there is one.

use crate::{
    drawn::{Drawn, Input},
    json::Word,
    mutated,
    space::{Share, bytes, drawn_count, drawn_space, exact, sum},
};
use jiff::{Timestamp, ToSpan, civil::date};
use num_bigint::BigInt;
use serde_json::Value;
use std::collections::BTreeSet;
use vhi_usage::{
    reading::{Counter, Figure, License, Service, StorageReading, Tier},
    source::{exact::Unusable, overview_body::reading},
};

/// Words that a mutation puts in.
const WORDS: [&str; 9] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    "null",
    "-",
    "\"total\":",
    "\"tiers\":[]",
];

/// What the input says holds, or a panic says what does not.
pub fn check(bytes: &[u8]) {
    match Input::of(bytes) {
        Input::Text(text) => holds(&text),
        Input::Drawn(_, mut it) => {
            let lines = lines(&mut it);
            holds(&mutated::text(&mut it, lines, &WORDS));
        }
    }
}

/// An overview and a licence, one key a line.
pub fn lines(it: &mut Drawn<'_>) -> Vec<String> {
    let mut lines = vec![format!("{{\"logic_space\": {},", drawn_space(it))];
    if !it.once_in(4) {
        lines.push("\"tiers\": [".to_owned());
        for _ in 0..it.below(4) {
            let id = it.one_of(&["0", "1", "\"2\"", "3.0", "\"ssd-1\"", "\"a/b\"", "-1", "{}"]);
            let key = it.one_of(&["phys_space", "phys_space", "logic_space"]);
            let space = drawn_space(it);
            lines.push(format!("{{\"id\": {id}, \"{key}\": {space}}},"));
        }
        let space = drawn_space(it);
        lines.push(format!("{{\"id\": 9, \"phys_space\": {space}}}],"));
    }
    if it.once_in(2) {
        let (one, other) = (drawn_count(it), drawn_count(it));
        let services = format!("{{\"compute\": {one}, \"s3\": {other}, \"nfs\": null}}");
        lines.push(format!("\"space_per_service\": {services},"));
    }
    if it.once_in(2) {
        let used = drawn_count(it);
        lines.push(format!("\"fs_stat\": {{\"used_size\": {used}}},"));
    }
    if it.once_in(2) {
        let capacity = drawn_count(it);
        lines.push(format!("\"license\": {{\"capacity\": {capacity}}},"));
    }
    lines.push("\"id\": 1}".to_owned());
    if it.once_in(4) {
        return lines;
    }
    lines.push("{\"status\": \"active\",".to_owned());
    for key in [
        "capacity",
        "total_size",
        "used_size",
        "free_size",
        "expiration_ts",
    ] {
        if !it.once_in(3) {
            let value = drawn_count(it);
            lines.push(format!("\"{key}\": {value},"));
        }
    }
    lines.push("\"spla\": null}".to_owned());
    lines
}

fn holds(text: &str) {
    let words = Word::all_of(text);
    let Some((overview, license)) = words.split_first() else {
        return;
    };
    let license = license.first().copied();
    let json = |word: &Word<'_>| serde_json::from_str::<Value>(word.text());
    // what is too deep for it, or no UTF-16 in its escapes, is no answer
    let (Ok(first), Ok(second)) = (json(overview), license.as_ref().map(json).transpose()) else {
        return;
    };
    let read = || reading(&first, second.as_ref(), Timestamp::UNIX_EPOCH);
    assert_eq!(read(), read(), "read twice");
    let logical = Share::of(overview.get("logic_space"));
    match read() {
        Ok((it, odd)) => {
            let mut told = Told::default();
            assert_eq!(Share::read(Some(it.logical)), logical);
            told.holds(&it, *overview, license);
            let odd: BTreeSet<&str> = odd.iter().map(|odd| odd.key).collect();
            assert_eq!(odd, told.0);
        }
        Err(why) => is_why(&why, &logical, overview.get("logic_space")),
    }
}

/// The error is that of what is written, and its figures are those that stand there.
fn is_why(why: &Unusable, logical: &Share, word: Option<Word<'_>>) {
    let is = |key: &str, figure: u64| {
        let whole = word.and_then(|word| word.get(key)).and_then(Word::whole);
        assert_eq!(whole, Some(BigInt::from(figure)), "{key}");
    };
    match *why {
        Unusable::Absent(_) => assert_eq!(*logical, Share::Absent),
        Unusable::Illegal(_) => assert_eq!(*logical, Share::Odd),
        Unusable::MoreFree { total, free } => {
            assert!(*logical == Share::Odd && free > total);
            is("total", total);
            is("free", free);
        }
        Unusable::NotTheSum { total, used, free } => {
            assert_eq!(*logical, Share::Odd);
            is("total", total);
            is("used", used);
            is("free", free);
        }
        _ => panic!("{why}: nothing of the kind was asked for"),
    }
}

/// What is there and cannot be read.
#[derive(Debug, Default)]
struct Told(BTreeSet<&'static str>);

impl Told {
    /// All but the logical space is what is written.
    fn holds(&mut self, it: &StorageReading, overview: Word<'_>, license: Option<Word<'_>>) {
        assert_eq!(it.cluster_status, None);
        let expected = self.license(overview, license);
        assert_eq!(it.license.as_ref(), Some(&expected));
        let files = self.object(overview.get("fs_stat"), "fs_stat");
        let used = files.and_then(|files| files.get("used_size"));
        let used = self.figure(used, "fs_stat.used_size");
        let by_files = used.map(|used| (used, Counter::FileSystem));
        let by_license = expected.used.map(|used| (used, Counter::License));
        assert_eq!(it.user_data.zip(it.user_data_by), by_files.or(by_license));
        assert_eq!(it.user_data.is_some(), it.user_data_by.is_some());
        let tiers = self.tiers(overview.get("tiers"), it.tiers.as_deref());
        assert_eq!(Share::read(it.physical), sum(tiers));
        self.services(overview.get("space_per_service"), it.services.as_deref());
    }

    fn is_odd(&mut self, odd: bool, key: &'static str) {
        if odd {
            self.0.insert(key);
        }
    }

    fn object<'a>(&mut self, word: Option<Word<'a>>, key: &'static str) -> Option<Word<'a>> {
        let word = word?;
        self.is_odd(word.entries().is_none(), key);
        Some(word)
    }

    fn text(&mut self, word: Option<Word<'_>>, key: &'static str) -> Option<String> {
        let word = word?;
        self.is_odd(word.string().is_none(), key);
        word.string()
    }

    fn figure(&mut self, word: Option<Word<'_>>, key: &'static str) -> Option<Figure> {
        let bytes = bytes(word?);
        self.is_odd(bytes.is_none(), key);
        Some(Figure::exact(u64::try_from(bytes?).ok()?))
    }

    fn license(&mut self, overview: Word<'_>, license: Option<Word<'_>>) -> License {
        let license = license.filter(|word| word.text() != "null");
        let license = self.object(license, "license");
        let of = |key: &str| license.and_then(|license| license.get(key));
        let mut capacity = self.figure(of("capacity"), "license.capacity");
        if capacity.is_none() {
            capacity = self.figure(of("total_size"), "license.total_size");
        }
        if capacity.is_none() {
            let license = self.object(overview.get("license"), "license");
            let there = license.and_then(|license| license.get("capacity"));
            capacity = self.figure(there, "license.capacity");
        }
        let used = self.figure(of("used_size"), "license.used_size");
        let mut free = self.figure(of("free_size"), "license.free_size");
        if let (Some(capacity), Some(used)) = (capacity, used) {
            let left = u64::try_from(exact(capacity) - exact(used)).ok();
            let left = left.map(Figure::exact);
            let overdrawn = left.is_none() && free == Some(Figure::exact(0));
            self.is_odd(free.is_some() && free != left && !overdrawn, "license");
            free = left.or(free.filter(|_| overdrawn));
        }
        let ends = of("expiration_ts").filter(|word| word.whole() != Some(BigInt::ZERO));
        let day = ends.map(|word| {
            let second = word.whole().and_then(|it| i64::try_from(it).ok())?;
            let known = 1..=Timestamp::MAX.as_second();
            let days = known.contains(&second).then(|| second.div_euclid(86_400))?;
            date(1970, 1, 1).checked_add(days.days()).ok()
        });
        self.is_odd(day == Some(None), "license.expiration_ts");
        License {
            state: self.text(of("status"), "license.status"),
            capacity,
            used,
            free,
            expires_on: day.flatten(),
        }
    }

    /// What is written of each tier; nothing where they cannot be told apart.
    fn tiers(&mut self, word: Option<Word<'_>>, served: Option<&[Tier]>) -> Vec<Share> {
        let items = word.map(Word::items);
        self.is_odd(items == Some(None), "tiers");
        let items = items.flatten().unwrap_or_default();
        let ids: Option<Vec<String>> = items.iter().map(|tier| id(tier.get("id")?)).collect();
        let ids = ids.filter(|ids| ids.iter().collect::<BTreeSet<_>>().len() == ids.len());
        self.is_odd(ids.is_none(), "tiers.id");
        let ids = ids.unwrap_or_default();
        let found: Vec<&str> = served
            .iter()
            .copied()
            .flatten()
            .map(|it| it.id.as_str())
            .collect();
        assert_eq!(
            (found, served.is_none()),
            (ids.iter().map(String::as_str).collect(), ids.is_empty())
        );
        let mut physical = Vec::new();
        for (tier, word) in served.unwrap_or_default().iter().zip(items) {
            let on_disk = Share::of(word.get("phys_space"));
            let logical = Share::of(word.get("logic_space"));
            self.is_odd(!matches!(on_disk, Share::Is(_)), "tiers.phys_space");
            let there = word.get("logic_space").is_some();
            self.is_odd(
                there && !matches!(logical, Share::Is(_)),
                "tiers.logic_space",
            );
            assert_eq!(Share::read(tier.logical), logical.served());
            assert_eq!(Share::read(tier.physical), on_disk.clone().served());
            physical.push(on_disk);
        }
        physical
    }

    fn services(&mut self, word: Option<Word<'_>>, served: Option<&[Service]>) {
        let entries = word.map(Word::entries);
        self.is_odd(entries == Some(None), "space_per_service");
        let entries = entries.flatten();
        assert_eq!(entries.is_some(), served.is_some());
        let (entries, served) = (entries.unwrap_or_default(), served.unwrap_or_default());
        assert_eq!(entries.len(), served.len());
        for service in served {
            let word = entries[&service.name];
            let word = (word.text() != "null").then_some(word);
            assert_eq!(service.used, self.figure(word, "space_per_service"));
        }
    }
}

/// A plain word, or a whole number.
fn id(word: Word<'_>) -> Option<String> {
    let plain = |it: char| it.is_ascii_alphanumeric() || it == '-' || it == '_';
    match word.string() {
        Some(id) => (!id.is_empty() && id.chars().all(plain)).then_some(id),
        None => bytes(word).map(|id| id.to_string()),
    }
}

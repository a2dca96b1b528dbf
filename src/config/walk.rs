//! The text of a settings file, gone through as a whole: every key that is unknown and every value of a
//! wrong kind is found at once, with its line. What is wrong is told and taken out.

use std::path::Path;

use serde::Deserialize;
use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue, ValueDeserializer},
};

use crate::{
    config::{
        duration::duration,
        error::Problem,
        keys::{self, KEYS, Kind, TABLES},
        store_table::size,
        written::Written,
    },
    store::retention::Keep,
};

/// What is left of the text, and everything that is wrong with it, in the order of the lines.
pub fn walk<'t>(text: &'t str, path: &Path) -> (Spanned<DeTable<'t>>, Written, Vec<Problem>) {
    let (mut table, errors) = DeTable::parse_recoverable(text);
    let mut walk = Walk {
        text,
        file: path.display().to_string(),
        written: Written {
            file: Some(path.to_owned()),
            broken: !errors.is_empty(),
            ..Written::default()
        },
        found: Vec::new(),
    };
    let mut told: Vec<usize> = Vec::new();
    for error in errors {
        let at = error.span().map_or(text.len(), |span| span.start);
        let (line, column) = walk.position(at);
        // One slip has many echoes: the first of a line is the slip.
        if !told.contains(&line) {
            told.push(line);
            let place = format!("{} line {line}, column {column}", walk.file);
            let why = error.message().replace('\n', ", ");
            walk.found
                .push((line, Problem::new(place, format!("it is no TOML: {why}"))));
        }
    }
    let slips = walk.found.len();
    walk.table(table.get_mut(), "", "");
    // What was read out of a broken line is not what stands there, nor are keys below a broken header.
    let headers = |line: &&str| line.trim_start().starts_with('[');
    for line in told.clone() {
        let lines = text.lines().skip(line - 1);
        if lines.clone().next().as_ref().is_some_and(headers) {
            let below = lines.skip(1).take_while(|line| !headers(line)).count();
            told.extend(line + 1..=line + below);
        }
    }
    let mut index = 0;
    walk.found.retain(|(line, _)| {
        index += 1;
        index <= slips || !told.contains(line)
    });
    walk.found.sort_by_key(|(line, _)| *line);
    let problems = walk.found.into_iter().map(|(_, problem)| problem);
    (table, walk.written, problems.collect())
}

struct Walk<'t> {
    text: &'t str,
    file: String,
    written: Written,
    found: Vec<(usize, Problem)>,
}

impl Walk<'_> {
    /// `table` is its name without numbers, `at` with them.
    fn table(&mut self, values: &mut DeTable<'_>, table: &str, at: &str) {
        let mut out = Vec::new();
        for (key, value) in values.iter_mut() {
            if !self.entry(key, value, table, at) {
                out.push(key.clone());
            }
        }
        for key in out {
            values.remove(&key);
        }
    }

    /// Whether this key, with this value, may stay.
    fn entry(
        &mut self,
        key: &Spanned<DeString<'_>>,
        value: &mut Spanned<DeValue<'_>>,
        table: &str,
        at: &str,
    ) -> bool {
        let name: &str = key.get_ref();
        let (line, _) = self.position(key.span().start);
        let (path, here) = (below(table, name), below(at, name));
        if let Some((_, many)) = TABLES.iter().find(|(table, _)| *table == path) {
            self.written.lines.insert(here.clone(), line);
            return self.tables(value.get_mut(), &path, &here, *many, line);
        }
        let Some(key) = keys::find(&path) else {
            self.unknown(value.get_mut(), table, at, name, line);
            return false;
        };
        self.written.lines.insert(here.clone(), line);
        if fits(key.kind, value.get_ref()) {
            let read = ValueDeserializer::from(value.clone());
            if let Ok(value) = toml::Value::deserialize(read) {
                self.written.values.insert(here, value);
            }
            return true;
        }
        let found = value.get_ref().type_str();
        let why = format!(
            "it is a value of type {found}: write {}",
            key.kind.expected()
        );
        let why = match (key.kind, value.get_ref()) {
            (Kind::Wait | Kind::Age | Kind::Size, DeValue::String(_)) => {
                format!("write {}", key.kind.expected())
            }
            (Kind::Count | Kind::Number, DeValue::Integer(_)) => {
                format!("write {}", key.kind.expected())
            }
            _ => why,
        };
        self.tell(line, table, name, why);
        self.written.spoiled.insert(here);
        false
    }

    /// A table, or a list of them; whether it may stay.
    fn tables(
        &mut self,
        value: &mut DeValue<'_>,
        path: &str,
        here: &str,
        many: bool,
        line: usize,
    ) -> bool {
        match (value, many) {
            (DeValue::Table(values), false) => {
                self.table(values, path, here);
                true
            }
            (DeValue::Array(items), true) if items.iter().all(|item| item.get_ref().is_table()) => {
                for (index, item) in items.iter_mut().enumerate() {
                    let here = format!("{here}[{index}]");
                    let (line, _) = self.position(item.span().start);
                    self.written.lines.insert(here.clone(), line);
                    if let DeValue::Table(values) = item.get_mut() {
                        self.table(values, path, &here);
                    }
                }
                true
            }
            (value, _) => {
                let header = keys::header(path).unwrap_or_default();
                let (above, name) = path.rsplit_once('.').unwrap_or(("", path));
                self.tell(
                    line,
                    above,
                    name,
                    format!("it is a table of its own: write {header} above its keys"),
                );
                let here = if many {
                    format!("{here}[0]")
                } else {
                    here.to_owned()
                };
                if let DeValue::Table(values) = value {
                    self.table(values, path, &here);
                }
                self.written.spoiled.insert(here);
                false
            }
        }
    }

    fn unknown(&mut self, value: &mut DeValue<'_>, table: &str, at: &str, name: &str, line: usize) {
        let nearest = nearest(name, keys::names_below(table));
        let elsewhere = || KEYS.iter().find(|key| key.split().1 == name);
        let why = match (nearest, elsewhere()) {
            (Some(nearest), _) => format!("there is no such key: did you mean `{nearest}`?"),
            (None, Some(key)) => match keys::header(key.split().0) {
                Some(header) => format!("there is no such key here: it belongs in {header}"),
                None => "there is no such key here: it belongs above the first table".to_owned(),
            },
            (None, None) => {
                let names: Vec<&str> = keys::names_below(table).collect();
                format!("there is no such key; there are: {}", names.join(", "))
            }
        };
        self.tell(line, table, name, why);
        let Some(nearest) = nearest else { return };
        let (path, here) = (below(table, nearest), below(at, nearest));
        // What stands in a misspelt table is looked at as if it were not.
        if let (DeValue::Table(values), Some((_, false))) =
            (value, TABLES.iter().find(|(table, _)| *table == path))
        {
            self.table(values, &path, &here);
        }
        self.written.spoiled.insert(here);
    }

    fn tell(&mut self, line: usize, table: &str, name: &str, why: String) {
        let key = match keys::header(table) {
            Some(header) => format!("{name} in {header}"),
            None => name.to_owned(),
        };
        let place = format!("{} line {line}: {key}", self.file);
        self.found.push((line, Problem::new(place, why)));
    }

    /// Line and column, from 1 on.
    fn position(&self, at: usize) -> (usize, usize) {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let column = before.get(start..).map_or(0, |head| head.chars().count()) + 1;
        (line, column)
    }
}

fn below(table: &str, name: &str) -> String {
    match table {
        "" => name.to_owned(),
        table => format!("{table}.{name}"),
    }
}

/// Whether the value is of this kind. What it says is looked at later.
fn fits(kind: Kind, value: &DeValue<'_>) -> bool {
    let texts = || {
        let items = value.as_array();
        items.is_some_and(|items| items.iter().all(|item| item.get_ref().is_str()))
    };
    let number = || {
        let number = value.as_integer()?;
        u32::from_str_radix(&number.as_str().replace('_', ""), number.radix()).ok()
    };
    match kind {
        Kind::Text | Kind::Free | Kind::Path | Kind::Address | Kind::End => value.is_str(),
        Kind::Wait => value.as_str().is_some_and(|text| duration(text).is_ok()),
        Kind::Age => value
            .as_str()
            .is_some_and(|text| text.parse::<Keep>().is_ok()),
        Kind::Size => value.as_str().is_some_and(|text| size(text).is_ok()),
        Kind::Count => number().is_some(),
        Kind::Number => number().is_some_and(|number| number > 0),
        Kind::Flag => value.is_bool(),
        Kind::Words | Kind::Scopes => texts(),
        Kind::OneOrMany => value.is_str() || texts(),
    }
}

/// The name that was meant, if one is near enough.
fn nearest(name: &str, names: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let name = name.to_lowercase();
    let distance = |known: &str| strsim::damerau_levenshtein(&name, known);
    let nearest = names.min_by_key(|known| distance(known))?;
    let close = (name.len() / 3).clamp(1, 4);
    (distance(nearest) <= close).then_some(nearest)
}

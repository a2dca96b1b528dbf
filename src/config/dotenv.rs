//! A `.env` file as the Go service read it.
//!
//! ```text
//! # a comment
//! export PORT=8080
//! ADMIN_PASSWORD='with # and $'   # behind quotes, and behind a blank
//! ```
//!
//! Our own reading, because an error must never show the line: it may hold a secret. Values are as in
//! the library of the Go service: unquoted to a ` #`, without blanks at the ends; in single quotes as
//! they stand; in double quotes with `\n`, `\r`, `\"`, `\\`, `\$`. `$NAME` and `${NAME}` outside single
//! quotes are earlier lines of the file.

use std::collections::BTreeMap;

/// The names and values of the file; the last line of a name wins.
///
/// # Errors
/// The number of the first line that cannot be read, and why, without a word of it.
pub fn parse(text: &str) -> Result<BTreeMap<String, String>, (usize, &'static str)> {
    let mut variables = BTreeMap::new();
    let text = text.trim_start_matches('\u{feff}');
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, value) = pair(line, &variables).map_err(|why| (index + 1, why))?;
        variables.insert(name, value);
    }
    Ok(variables)
}

/// The line of each name, the last one that sets it.
pub fn lines(text: &str) -> BTreeMap<String, usize> {
    let text = text.trim_start_matches('\u{feff}');
    let name = |(index, line): (usize, &str)| {
        let line = line.trim();
        let (name, _) = line
            .strip_prefix("export ")
            .unwrap_or(line)
            .split_once('=')?;
        (!line.starts_with('#')).then(|| (name.trim().to_owned(), index + 1))
    };
    text.lines().enumerate().filter_map(name).collect()
}

fn pair(line: &str, known: &BTreeMap<String, String>) -> Result<(String, String), &'static str> {
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, value) = line.split_once('=').ok_or("it has no `=`")?;
    let name = name.trim();
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    if name.is_empty() || !name.chars().all(legal) {
        return Err("what stands before `=` is no name");
    }
    Ok((name.to_owned(), self::value(value.trim(), known)?))
}

fn value(text: &str, known: &BTreeMap<String, String>) -> Result<String, &'static str> {
    if let Some(quoted) = text.strip_prefix('\'') {
        let (value, rest) = quoted
            .split_once('\'')
            .ok_or("a single quote is not closed")?;
        return alone(rest).map(|()| value.to_owned());
    }
    if let Some(quoted) = text.strip_prefix('"') {
        return double_quoted(quoted, known);
    }
    let end = text.find(" #").or(text.find("\t#"));
    let value = end.and_then(|end| text.get(..end)).unwrap_or(text);
    let value = if value.starts_with('#') {
        ""
    } else {
        value.trim_end()
    };
    let mut expanded = String::new();
    let mut rest = value.chars();
    while let Some(c) = rest.next() {
        match c {
            '$' => expanded.push_str(&variable(&mut rest, known)),
            c => expanded.push(c),
        }
    }
    Ok(expanded)
}

fn double_quoted(quoted: &str, known: &BTreeMap<String, String>) -> Result<String, &'static str> {
    let mut value = String::new();
    let mut rest = quoted.chars();
    loop {
        match rest.next().ok_or("a double quote is not closed")? {
            '"' => return alone(rest.as_str()).map(|()| value),
            '\\' => match rest.next() {
                Some('n') => value.push('\n'),
                Some('r') => value.push('\r'),
                Some(c @ ('"' | '\\' | '$')) => value.push(c),
                Some(c) => value.extend(['\\', c]),
                None => return Err("a double quote is not closed"),
            },
            '$' => value.push_str(&variable(&mut rest, known)),
            c => value.push(c),
        }
    }
}

/// Nothing but a comment may follow a quoted value.
fn alone(rest: &str) -> Result<(), &'static str> {
    match rest.trim_start() {
        "" => Ok(()),
        rest if rest.starts_with('#') => Ok(()),
        _ => Err("something follows the closing quote"),
    }
}

/// What `$NAME` or `${NAME}` stands for; a `$` before anything else is itself.
fn variable(rest: &mut std::str::Chars<'_>, known: &BTreeMap<String, String>) -> String {
    let text = rest.as_str();
    let (braced, inner) = match text.strip_prefix('{') {
        Some(inner) => (true, inner),
        None => (false, text),
    };
    let name: String = inner
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect();
    let closed = inner
        .get(name.len()..)
        .is_some_and(|behind| behind.starts_with('}'));
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || (braced && !closed) {
        return "$".to_owned();
    }
    // Names are ASCII, so a character is a byte.
    let eaten = name.len() + if braced { 2 } else { 0 };
    *rest = text.get(eaten..).unwrap_or("").chars();
    known.get(&name).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(text: &str, name: &str, value: &str) {
        let variables = parse(text).expect("a file");
        assert_eq!(
            variables.get(name).map(String::as_str),
            Some(value),
            "{text}"
        );
    }

    #[test]
    fn values_are_read_as_the_go_service_read_them() {
        reads("A=b", "A", "b");
        reads("\u{feff}A=b\r\n", "A", "b");
        reads("  export A = b c  # comment", "A", "b c");
        reads("A=b#c", "A", "b#c");
        reads("A=", "A", "");
        reads("A= # nothing", "A", "");
        reads("A='b # $C'", "A", "b # $C");
        reads("A=\"b\\nc\\\"\" # x", "A", "b\nc\"");
        reads("A=x\nB=${A}y$A", "B", "xyx");
        reads("A=pa$$word1", "A", "pa$");
        reads("A='x'\nA=y", "A", "y");
        reads("A=a=b", "A", "a=b");
        reads("A=cost 5$", "A", "cost 5$");
        reads("A=${x", "A", "${x");
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named_and_not_shown() {
        for (text, line) in [
            ("A=1\nsecret", 2),
            ("A='secret", 1),
            ("A=\"secret", 1),
            ("A='a' secret", 1),
            ("a b=secret", 1),
        ] {
            let (number, why) = parse(text).expect_err(text);
            assert_eq!(number, line, "{text}");
            assert!(!why.contains("secret"));
        }
    }
}

//! A `.env` file as the Go service read it.
//!
//! ```text
//! # a comment
//! export PORT=8080
//! ADMIN_PASSWORD='with # and $'   # behind quotes, and behind a blank
//! ```
//!
//! Our own reading, because an error must never show the line: it may hold a secret. The rules are those
//! of the library that Go services use (godotenv): an unquoted value goes to the last `#` behind a blank;
//! in single quotes it stands as it is; in double quotes `\n` and `\r` are line ends and any other `\` but
//! that of `\$` falls away. Outside single quotes `$NAME` and `${NAME}`, in capitals, are earlier lines of
//! the file, and any other `$` is itself.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

/// A value, and the line that set it.
#[derive(Clone, PartialEq, Eq)]
pub struct Set {
    /// The value.
    pub value: Zeroizing<String>,
    /// Its line, from 1.
    pub line: usize,
}

impl std::fmt::Debug for Set {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "*** in line {}", self.line)
    }
}

/// The names and values of the file; the last line of a name wins.
///
/// # Errors
/// The number of the first line that cannot be read, and why, without a word of it.
pub fn parse(text: &str) -> Result<BTreeMap<String, Set>, (usize, &'static str)> {
    let mut variables = BTreeMap::new();
    let text = text.trim_start_matches('\u{feff}');
    for (text, line) in text.lines().zip(1..) {
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let (name, value) = pair(text, &variables).map_err(|why| (line, why))?;
        variables.insert(name, Set { value, line });
    }
    Ok(variables)
}

fn pair(
    text: &str,
    known: &BTreeMap<String, Set>,
) -> Result<(String, Zeroizing<String>), &'static str> {
    let behind = text
        .strip_prefix("export")
        .filter(|rest| rest.starts_with([' ', '\t']));
    let text = behind.unwrap_or(text);
    let (name, value) = text
        .split_once(['=', ':'])
        .ok_or("it has no `=`: write NAME=value, or # before a remark")?;
    let name = name.trim();
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    if name.is_empty() || !name.chars().all(legal) {
        return Err("what stands before `=` is no name: write letters, digits and `_`");
    }
    Ok((name.to_owned(), self::value(value.trim(), known)?))
}

fn value(text: &str, known: &BTreeMap<String, Set>) -> Result<Zeroizing<String>, &'static str> {
    if let Some(quoted) = text.strip_prefix('\'') {
        return in_quotes(quoted, '\'').map(|text| Zeroizing::new(text.to_owned()));
    }
    if let Some(quoted) = text.strip_prefix('"') {
        let inside = in_quotes(quoted, '"')?;
        return Ok(expand(&unescape(inside), known));
    }
    if text.starts_with('#') {
        return Ok(Zeroizing::default());
    }
    let comment = [" #", "\t#"]
        .into_iter()
        .filter_map(|mark| text.rfind(mark))
        .max();
    let value = comment.and_then(|end| text.get(..end)).unwrap_or(text);
    Ok(expand(value.trim_end(), known))
}

/// The text up to the closing quote, which no `\` stands before. Nothing but a comment may follow it.
fn in_quotes(text: &str, quote: char) -> Result<&str, &'static str> {
    let mut before = None;
    let end = text.char_indices().find(|(_, c)| {
        let escaped = before == Some('\\');
        before = Some(*c);
        *c == quote && !escaped
    });
    let (end, _) = end.ok_or("a quote is not closed: put another one at the end of the value")?;
    let (inside, rest) = text.split_at(end);
    let rest = rest.strip_prefix(quote).unwrap_or(rest).trim_start();
    match rest.is_empty() || rest.starts_with('#') {
        true => Ok(inside),
        false => Err(
            "something follows the closing quote: put the whole value in quotes of the other kind",
        ),
    }
}

/// Line ends for `\n` and `\r`; then no `\` any more, but before a `$`.
fn unescape(text: &str) -> Zeroizing<String> {
    // It only becomes shorter: what never grows leaves no copies behind.
    let mut ends = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match (c, rest.as_str().chars().next()) {
            ('\\', Some('n')) => ends.push('\n'),
            ('\\', Some('r')) => ends.push('\r'),
            ('\\', Some(next)) => ends.extend(['\\', next]),
            (c, _) => {
                ends.push(c);
                continue;
            }
        }
        rest.next();
    }
    let mut plain = Zeroizing::new(String::with_capacity(ends.len()));
    let mut rest = ends.chars();
    while let Some(c) = rest.next() {
        match (c, rest.as_str().chars().next()) {
            ('\\', Some(next)) if next != '$' => {
                plain.push(next);
                rest.next();
            }
            (c, _) => plain.push(c),
        }
    }
    plain
}

/// `$NAME`, `${NAME}` and `$(NAME` by earlier lines, `\$` by `$`, and any other `$` by itself.
fn expand(text: &str, known: &BTreeMap<String, Set>) -> Zeroizing<String> {
    let mut expanded = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('$') {
        let (before, escaped) = match before.strip_suffix('\\') {
            Some(before) => (before, true),
            None => (before, false),
        };
        expanded.push(before);
        let inner = behind.strip_prefix('(').unwrap_or(behind);
        let inner = inner.strip_prefix('{').unwrap_or(inner);
        let named = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        let after = inner.trim_start_matches(named);
        let name = inner.strip_suffix(after).unwrap_or(inner);
        rest = after.strip_prefix('}').unwrap_or(after);
        if escaped || name.is_empty() {
            expanded.extend(["$", behind.strip_suffix(rest).unwrap_or(behind)]);
        } else if let Some(set) = known.get(name) {
            expanded.push(&set.value);
        }
    }
    expanded.push(rest);
    // In one piece: a text that grows leaves copies behind.
    Zeroizing::new(expanded.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(text: &str, name: &str, value: &str) {
        let variables = parse(text).expect("a file");
        let found = variables.get(name).map(|set| set.value.as_str());
        assert_eq!(found, Some(value), "{text}");
    }

    #[test]
    fn values_are_read_as_the_go_service_read_them() {
        reads("A=b", "A", "b");
        reads("\u{feff}A=b\r\n", "A", "b");
        reads("  export A = b c  # comment", "A", "b c");
        reads("A: b", "A", "b");
        reads("A=b#c", "A", "b#c");
        reads("A=a # b # c", "A", "a # b");
        reads("A=", "A", "");
        reads("A= # nothing", "A", "");
        reads("A='b # $C'", "A", "b # $C");
        reads("A=\"b\\nc\\\"\" # x", "A", "b\nc\"");
        reads("A=\"a\\!b\"", "A", "a!b");
        reads("A='x'\nA=y", "A", "y");
        reads("A=a=b", "A", "a=b");
    }

    #[test]
    fn a_dollar_is_a_variable_in_capitals_or_itself() {
        reads("A=x\nB=${A}y$A", "B", "xyx");
        reads("A=x\nB=\"${A}y\"", "B", "xy");
        reads("A=pa$word1", "A", "pa$word1");
        reads("A=a$$b", "A", "a$$b");
        reads("A=pa\\$WORD", "A", "pa$WORD");
        reads("A=\"pa\\$WORD\"", "A", "pa$WORD");
        reads("A=cost 5$", "A", "cost 5$");
        reads("A=${x", "A", "${x");
        reads("A=a$NONE.b", "A", "a.b");
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
        let shown = format!("{:?}", parse("A=secret"));
        assert!(!shown.contains("secret"), "{shown}");
    }
}

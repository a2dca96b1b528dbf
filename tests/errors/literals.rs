//! The text literals of a Rust source, as they read when they are printed.

/// A literal, and the line on which it begins.
#[derive(Debug)]
pub(crate) struct Literal {
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// Every text literal of a source, comments left out. Raw ones are none of ours.
pub(crate) fn of(source: &str) -> Vec<Literal> {
    let mut literals = Vec::new();
    let mut rest = source;
    while let Some(at) = rest.find(['"', '/', '\'']) {
        let before = source.len() - rest.len() + at;
        rest = &rest[at..];
        if rest.starts_with("//") {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
        } else if let Some(quoted) = ["'\"'", "'\\''", "'\\\"'", "'/'"]
            .iter()
            .find(|quoted| rest.starts_with(**quoted))
        {
            rest = &rest[quoted.len()..];
        } else if let Some(inside) = rest.strip_prefix('"') {
            let (text, behind) = literal(inside);
            let line = source[..before].matches('\n').count() + 1;
            literals.push(Literal { line, text });
            rest = behind;
        } else {
            rest = &rest[1..];
        }
    }
    literals
}

/// The text up to the closing quote, and what follows it.
fn literal(inside: &str) -> (String, &str) {
    let mut text = String::new();
    let mut chars = inside.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            '\\' => match chars.next() {
                Some('n') => text.push('\n'),
                // The line goes on, without the blanks at the head of the next one.
                Some('\n') => chars = chars.as_str().trim_start().chars(),
                Some(other) => text.push(other),
                None => break,
            },
            c => text.push(c),
        }
    }
    (text, chars.as_str())
}

/// What stands between the places of a format, in their order.
pub(crate) fn pieces(format: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut depth = 0;
    for c in format.replace("{{", "\u{1}").replace("}}", "\u{2}").chars() {
        match c {
            '{' => {
                depth += 1;
                pieces.push(String::new());
            }
            '}' => depth -= 1,
            c if depth == 0 => {
                let piece = pieces.last_mut().unwrap();
                piece.push(match c {
                    '\u{1}' => '{',
                    '\u{2}' => '}',
                    c => c,
                });
            }
            _ => {}
        }
    }
    pieces
}

/// Whether the text holds every piece, one behind the other.
pub(crate) fn holds(text: &str, pieces: &[String]) -> bool {
    let mut rest = Some(text);
    for piece in pieces {
        rest = rest.and_then(|rest| rest.split_once(piece.as_str()).map(|(_, behind)| behind));
    }
    rest.is_some()
}

#[test]
fn literals_are_found_and_read() {
    let source = "let a = \"x \\\"y\\\"\"; // \"no\"\nlet b = ('\"', \"one\\\n    two\");";
    let found = of(source);
    let texts: Vec<_> = found.iter().map(|it| (it.line, it.text.as_str())).collect();
    assert_eq!(texts, [(1, "x \"y\""), (2, "onetwo")]);
    assert_eq!(pieces("{a}: {{b}} {c:?}!"), ["", ": {b} ", "!"]);
    assert!(holds("no: {b} 7!", &pieces("{a}: {{b}} {c:?}!")));
    assert!(!holds("no: {b} 7", &pieces("{a}: {{b}} {c:?}!")));
}

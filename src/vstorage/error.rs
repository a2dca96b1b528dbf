//! Why a text is no report.
//!
//! ```text
//! line 2, column 25: expected `a size such as 1.44TB`, found `1.32XB of`
//! ```

/// The place where the text is not what it should be, and what should stand there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: expected `{expected}`, found `{found}`")]
pub struct ParseError {
    /// Physical line of the input, from 1, noise included.
    pub line: usize,
    /// Character of the line, from 1, colour left out.
    pub column: usize,
    /// What should stand there, in words.
    pub expected: String,
    /// What stands there: two words at most, 40 characters at most.
    pub found: String,
}

impl ParseError {
    /// An error in the line `text`, of which `tail` is the part that does not fit.
    pub(crate) fn within(line: usize, text: &str, tail: &str, expected: impl Into<String>) -> Self {
        let before = text.chars().count().saturating_sub(tail.chars().count());
        ParseError {
            line,
            column: before + 1,
            expected: expected.into(),
            found: opening(tail),
        }
    }

    /// The text has ended before `expected` came; `line` is the one that would have been next.
    pub(crate) fn at_the_end(line: usize, expected: impl Into<String>) -> Self {
        ParseError {
            line,
            column: 1,
            expected: expected.into(),
            found: "the end of the text".into(),
        }
    }
}

fn opening(tail: &str) -> String {
    let words: Vec<&str> = tail.split_whitespace().take(2).collect();
    if words.is_empty() {
        // a blank that is none for us, such as a carriage return, is shown by its escape
        let odd = tail.trim_start_matches([' ', '\t']).chars().next();
        return odd.map_or("the end of the line".into(), |it| {
            it.escape_default().to_string()
        });
    }
    words.join(" ").chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn says(text: &str, tail: &str, expected: &str) {
        let error = ParseError::within(2, text, tail, "a size");
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn an_error_names_place_expectation_and_find() {
        says(
            "free 1.32XB of 1.44TB",
            "1.32XB of 1.44TB",
            "line 2, column 6: expected `a size`, found `1.32XB of`",
        );
        says(
            "free \r",
            " \r",
            "line 2, column 5: expected `a size`, found `\\r`",
        );
        says(
            "free ",
            "",
            "line 2, column 6: expected `a size`, found `the end of the line`",
        );
    }

    #[test]
    fn columns_count_characters_not_bytes() {
        says(
            "größe x",
            "x",
            "line 2, column 7: expected `a size`, found `x`",
        );
    }

    #[test]
    fn a_long_find_is_cut() {
        let tail = "x".repeat(50);
        let error = ParseError::within(1, &tail, &tail, "a size");
        assert_eq!(error.found, "x".repeat(40));
    }
}

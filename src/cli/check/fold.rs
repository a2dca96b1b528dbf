//! Sentences in lines of 80 columns.

use std::io::{self, Write};

/// No line is longer, but for what a peer has printed without a blank.
pub const WIDTH: usize = 80;

/// How wide the names of fields are.
const NAME: usize = 12;

/// Writes the words in as many lines as they need: the first behind this head, which stays as it is, the others
/// below the first word.
///
/// # Errors
/// The writer's own.
pub fn write(out: &mut impl Write, head: &str, words: &str) -> io::Result<()> {
    for line in lines(head, words) {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// Writes a field: its name, and its words beside it.
///
/// # Errors
/// The writer's own.
pub fn field(out: &mut impl Write, name: &str, words: &str) -> io::Result<()> {
    write(out, &format!("{name:<NAME$}"), words)
}

/// A word that is longer than a line is broken.
fn lines(head: &str, words: &str) -> Vec<String> {
    let indent = head.chars().count().min(WIDTH / 2);
    let mut lines = Vec::new();
    let mut line = head.to_owned();
    let mut is_empty = true;
    for word in words.split_whitespace() {
        let length = |text: &str| text.chars().count();
        let blank = usize::from(!is_empty);
        if !is_empty && length(&line) + blank + length(word) > WIDTH {
            lines.push(std::mem::replace(&mut line, " ".repeat(indent)));
        } else if !is_empty {
            line.push(' ');
        }
        is_empty = false;
        for character in word.chars() {
            if length(&line) == WIDTH {
                lines.push(std::mem::replace(&mut line, " ".repeat(indent)));
            }
            line.push(character);
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_longer_than_80_and_no_word_is_lost() {
        for length in [1, 7, 40, 79, 80, 81, 200] {
            let words = vec!["ä".repeat(length); 9].join(" ");
            let folded = lines("a   b ", &words);
            assert!(folded.iter().all(|line| line.chars().count() <= WIDTH));
            assert!(folded[0].starts_with("a   b "));
            assert!(folded[1..].iter().all(|line| line.starts_with("      ")));
            let letters = |text: &str| text.split_whitespace().collect::<String>();
            assert_eq!(letters(&folded.join("")), format!("ab{}", letters(&words)));
        }
    }

    #[test]
    fn a_line_is_broken_between_words() {
        let words = format!("{} end", "x".repeat(72));
        let first = format!("say: {}", "x".repeat(72));
        assert_eq!(lines("say: ", &words), [first, "     end".into()]);
        assert_eq!(lines("say: ", ""), ["say: "]);
    }
}

//! What is wrong with the settings: every problem at once, each with its place and the way out.

use std::fmt;

/// The settings cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// Every problem that was found, never empty.
    pub problems: Vec<Problem>,
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which setting, or which file and line.
    pub place: String,
    /// What is wrong, and what would be right.
    pub why: String,
}

impl Problem {
    /// At this place, for this reason. Either is told on one line, whatever a setting holds.
    pub fn new(place: impl Into<String>, why: impl Into<String>) -> Problem {
        Problem {
            place: on_one_line(&place.into()),
            why: on_one_line(&why.into()),
        }
    }
}

/// The text with its control characters as they are written: a terminal does nothing with them.
fn on_one_line(text: &str) -> String {
    let mut line = String::new();
    for c in text.chars() {
        match c.is_control() {
            true => line.extend(c.escape_default()),
            false => line.push(c),
        }
    }
    line
}

impl From<Problem> for ConfigError {
    fn from(problem: Problem) -> ConfigError {
        ConfigError {
            problems: vec![problem],
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.why)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.as_slice() {
            [problem] => write!(f, "the settings cannot be used: {problem}"),
            problems => {
                write!(
                    f,
                    "the settings cannot be used, for {} reasons:",
                    problems.len()
                )?;
                problems
                    .iter()
                    .try_for_each(|problem| write!(f, "\n  {problem}"))
            }
        }
    }
}

impl std::error::Error for ConfigError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_stands_on_one_line_whatever_a_setting_holds() {
        let problem = Problem::new("nodes of a\rb", "`root@\nnode1\u{1b}[2J…` is no node");
        assert_eq!(
            problem.to_string(),
            "nodes of a\\rb: `root@\\nnode1\\u{1b}[2J…` is no node"
        );
    }
}

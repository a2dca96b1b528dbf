//! How the tool is called on a node.

use std::{fmt, str::FromStr};

/// How the tool is called on the node: its path, perhaps behind `sudo -n`. It stands on a shell's
/// command line, so it is made of plain words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool(String);

impl Default for Tool {
    fn default() -> Tool {
        Tool("/usr/bin/vstorage".to_owned())
    }
}

impl FromStr for Tool {
    type Err = NoTool;

    fn from_str(text: &str) -> Result<Tool, NoTool> {
        let legal = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
        let plain = |word: &str| !word.is_empty() && word.chars().all(legal);
        match !text.starts_with('-') && text.split(' ').all(plain) {
            true => Ok(Tool(text.to_owned())),
            false => Err(NoTool(text.to_owned())),
        }
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that cannot call the tool.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no path of the tool: write /usr/bin/vstorage, or sudo -n /usr/bin/vstorage")]
pub struct NoTool(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_cannot_carry_a_command() {
        for text in ["", " ", "a;b", "$(x)", "-x", "a  b", "a|b", "a\nb", "`x`"] {
            assert_eq!(text.parse::<Tool>(), Err(NoTool(text.to_owned())));
        }
        assert!("sudo -n /usr/bin/vstorage".parse::<Tool>().is_ok());
    }
}

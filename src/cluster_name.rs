//! The name of a cluster, which is safe to stand on a command line.

use std::{fmt, str::FromStr};

/// What follows `vstorage -c`: letters, digits, `.`, `_`, `-`, and no `-` at its head.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClusterName(String);

impl ClusterName {
    /// The name itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ClusterName {
    type Err = NoClusterName;

    fn from_str(text: &str) -> Result<ClusterName, NoClusterName> {
        let legal = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        if text.is_empty() || text.starts_with('-') || !text.chars().all(legal) {
            return Err(NoClusterName(text.to_owned()));
        }
        Ok(ClusterName(text.to_owned()))
    }
}

impl fmt::Display for ClusterName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is no cluster's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no cluster name: it is made of letters, digits, `.`, `_` and `-`, and does not begin with `-`; `ls /etc/vstorage/clusters` on a node shows it"
)]
pub struct NoClusterName(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_name_cannot_carry_a_command() {
        for text in [
            "", "-c", "a;reboot", "$(x)", "a b", "a\n", "a'b", "../x", "ä",
        ] {
            assert_eq!(
                text.parse::<ClusterName>(),
                Err(NoClusterName(text.to_owned()))
            );
        }
    }

    #[test]
    fn letters_digits_and_three_signs_are_a_name() {
        for text in ["cluster1", "a.b_c-d", "1", "_x"] {
            assert_eq!(
                text.parse::<ClusterName>().map(|name| name.to_string()),
                Ok(text.to_owned())
            );
        }
    }
}

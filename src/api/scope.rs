//! What a token is good for.

use std::str::FromStr;

use crate::words::words;

words! {
    /// What a token is good for.
    Scope as "Scope" {
        /// The figures: usage and the list of clusters.
        Usage = "usage",
        /// The operation: metrics, the text of a storage node, and the list of clusters.
        Ops = "ops",
        /// The bill: history, summaries, readings with the texts behind them, and the closing of months.
        Billing = "billing",
    }
}

impl FromStr for Scope {
    type Err = NoScope;

    fn from_str(word: &str) -> Result<Scope, NoScope> {
        let known = Scope::ALL.into_iter().find(|scope| scope.name() == word);
        known.ok_or_else(|| NoScope(word.to_owned()))
    }
}

/// A word that is no scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no scope; there are usage, for the figures, ops, for metrics and raw texts, and billing, for history, readings and closing months"
)]
pub struct NoScope(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_one_of_its_words_to_the_letter() {
        for scope in Scope::ALL {
            assert_eq!(scope.name().parse(), Ok(scope));
        }
        for word in ["", "Ops", "ops ", "all", "*"] {
            let error = word.parse::<Scope>().expect_err("no scope").to_string();
            let all = Scope::ALL.iter().all(|scope| error.contains(scope.name()));
            assert!(error.starts_with(&format!("`{word}` ")) && all, "{error}");
        }
    }
}

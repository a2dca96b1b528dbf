//! How a query failed, by Prometheus's own word.
//!
//! ```text
//! {"status": "error", "errorType": "bad_data", "error": "invalid parameter \"query\""}
//! ```

use std::fmt;

/// How a query failed, by Prometheus's own word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The query or its time cannot be read.
    BadData,
    /// It cannot be evaluated.
    Execution,
    /// It took too long.
    Timeout,
    /// It was called off.
    Canceled,
    /// Anything else.
    Other,
}

impl Kind {
    /// Of `errorType`.
    pub fn of(word: &str) -> Kind {
        match word {
            "bad_data" => Kind::BadData,
            "execution" => Kind::Execution,
            "timeout" => Kind::Timeout,
            "canceled" => Kind::Canceled,
            _ => Kind::Other,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::BadData => "Prometheus cannot read the query",
            Kind::Execution => "Prometheus cannot evaluate the query",
            Kind::Timeout => "Prometheus had no time to evaluate the query",
            Kind::Canceled => "Prometheus called the query off",
            Kind::Other => "Prometheus failed with the query",
        })
    }
}

//! What the benchmarks print on standard output: rows of one Markdown table, which stands in the README.
//!
//! ```text
//! | what | ours | beside | ratio | goal |
//! | one collection, p50 | 5.9 ms | 15.4 ms, `ssh` over ControlMaster | 0.38 | ≤ 0.4 |
//! ```
//!
//! Everything else that they say goes to standard error.

#![allow(
    clippy::print_stdout,
    dead_code,
    reason = "each benchmark prints its rows, and none needs all of this room"
)]

/// What a row should reach.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Goal {
    /// The ratio, or the figure itself, is to be at most this.
    AtMost(f64),
    /// The ratio, or the figure itself, is to be at least this.
    AtLeast(f64),
    /// Shown for comparison only.
    None,
}

impl Goal {
    /// The cell: the goal, and `missed` where it was.
    fn cell(self, value: f64) -> String {
        // what is shown is what is held against the goal
        let value = (value * 100.0).round() / 100.0;
        let (text, reached) = match self {
            Goal::AtMost(most) => (format!("≤ {most}"), value <= most),
            Goal::AtLeast(least) => (format!("≥ {least}"), value >= least),
            Goal::None => return String::new(),
        };
        match reached {
            true => text,
            false => format!("{text}, **missed**"),
        }
    }
}

/// A row whose figure is a ratio of two, taken in one run: `ratio` is ours by theirs unless `what` says otherwise.
pub(crate) fn ratio(what: &str, ours: &str, beside: &str, ratio: f64, goal: Goal) {
    println!(
        "| {what} | {ours} | {beside} | {ratio:.2} | {} |",
        goal.cell(ratio)
    );
}

/// A row whose figure stands by itself, such as memory; `value` is in the unit of the goal.
pub(crate) fn figure(what: &str, ours: &str, value: f64, goal: Goal) {
    println!("| {what} | {ours} | | | {} |", goal.cell(value));
}

//! What of a report no rule reads: how many lines, and the first of them.
//!
//! A text of four megabytes may have two million such lines, and each reading is kept and answered with.

use crate::vstorage::lines::Line;

/// So many lines are kept.
const KEPT: usize = 50;

/// The lines of one report that no rule reads: header lines, or lines of a known label in an unknown form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unread {
    /// How many there are.
    pub count: usize,
    /// The first 50 of them, in the order of the text. One may hold a licence key.
    pub first: Vec<Line<'static>>,
}

impl Unread {
    /// Of all of them.
    pub fn of(mut lines: Vec<Line<'static>>) -> Unread {
        let count = lines.len();
        lines.truncate(KEPT);
        lines.shrink_to_fit();
        let first = lines;
        Unread { count, first }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_lines_the_first_are_kept_and_all_are_counted() {
        let lines = (1..=KEPT + 7).map(|line| Line {
            line,
            text: "odd".into(),
        });
        let unread = Unread::of(lines.collect());
        assert_eq!((unread.count, unread.first.len()), (KEPT + 7, KEPT));
        assert_eq!(unread.first.last().map(|it| it.line), Some(KEPT));
        assert!(unread.first.capacity() < 2 * KEPT);
        assert_eq!(Unread::of(Vec::new()), Unread::default());
    }
}

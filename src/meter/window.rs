//! A half-open window of time: `from` belongs to it, `to` does not, so that windows that meet share no second.

use jiff::Timestamp;

/// Whole seconds in UTC, the first one in, the last one out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window {
    from: i64,
    to: i64,
}

/// Two times that are no window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoWindow {
    /// It would end before it begins, or hold no second.
    #[error("`to` must be later than `from`")]
    Empty,
    /// A bound stands between two seconds.
    #[error("`from` and `to` must be whole seconds")]
    Fraction,
}

impl Window {
    /// From one second up to another, which is later.
    ///
    /// # Errors
    /// `Empty`.
    pub fn new(from: i64, to: i64) -> Result<Window, NoWindow> {
        match from < to {
            true => Ok(Window { from, to }),
            false => Err(NoWindow::Empty),
        }
    }

    /// Between two times.
    ///
    /// # Errors
    /// `Fraction`, `Empty`.
    pub fn between(from: Timestamp, to: Timestamp) -> Result<Window, NoWindow> {
        if from.subsec_nanosecond() != 0 || to.subsec_nanosecond() != 0 {
            return Err(NoWindow::Fraction);
        }
        Window::new(from.as_second(), to.as_second())
    }

    /// Its first second.
    pub fn from(self) -> i64 {
        self.from
    }

    /// The second behind its last one.
    pub fn to(self) -> i64 {
        self.to
    }

    /// How many seconds it has.
    pub fn seconds(self) -> u64 {
        self.to.abs_diff(self.from)
    }

    /// Whether this second belongs to it.
    pub fn holds(self, second: i64) -> bool {
        (self.from..self.to).contains(&second)
    }

    /// What both have in common; `None` where that is nothing.
    pub fn and(self, other: Window) -> Option<Window> {
        Window::new(self.from.max(other.from), self.to.min(other.to)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_that_meet_share_no_second() {
        let (one, other) = (Window::new(0, 60).unwrap(), Window::new(60, 120).unwrap());
        assert_eq!(one.and(other), None);
        assert!(one.holds(0) && one.holds(59) && !one.holds(60) && other.holds(60));
        assert_eq!(one.seconds() + other.seconds(), 120);
    }

    #[test]
    fn a_window_has_whole_seconds_and_at_least_one() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let (from, to) = (at("2026-10-01T00:00:00Z"), at("2026-10-01T00:00:00.5Z"));
        assert_eq!(Window::between(from, to), Err(NoWindow::Fraction));
        assert_eq!(Window::between(from, from), Err(NoWindow::Empty));
        let month = Window::between(from, at("2026-11-01T00:00:00Z")).unwrap();
        assert_eq!(month.seconds(), 31 * 86_400);
    }
}

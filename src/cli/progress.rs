//! How far a long command has come, on stderr where that is a terminal, and nowhere else.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// No colour in it: what has none needs no variable to take it away.
const LINE: &str = "{wide_bar} {percent:>3} %, {msg}, {eta} left";

/// A bar that is gone when the command ends.
#[derive(Debug)]
pub struct Progress(ProgressBar);

impl Progress {
    /// Of so many steps.
    pub fn new(steps: u64) -> Progress {
        let bar = ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::stderr());
        // A line that cannot be read would be a bar that looks otherwise, and no worse.
        if let Ok(style) = ProgressStyle::with_template(LINE) {
            bar.set_style(style.progress_chars("#>-"));
        }
        Progress(bar)
    }

    /// The same, of another number of steps than was thought.
    pub fn show_of(&self, step: u64, steps: u64, readings: u64) {
        self.0.set_length(steps);
        self.show(step, readings);
    }

    /// So many steps are done, with so many readings.
    pub fn show(&self, step: u64, readings: u64) {
        self.0.set_message(format!("{readings} readings"));
        self.0.set_position(step);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

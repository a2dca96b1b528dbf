//! A report in bytes, once it is said what a `T` is worth.
//!
//! ```text
//! Space: [OK] allocatable 1.32TB of 1.44TB, free 1.39TB of 1.44TB
//! ```
//!
//! A size of the `Space` line that has no bytes is an error with its place. Any other line with such a size
//! counts as one that cannot be read.

use crate::{
    amount::SizeBase,
    vstorage::{
        error::ParseError,
        labels::SPACE,
        lines::Line,
        report::{self, StatReport},
        space::{self, SpaceAmounts},
    },
};

/// Reads a report for a base: the report, whose every size has its amount, and its `Space` line in bytes.
///
/// Fails as [`report::parse`] and [`StatReport::space_in`] do.
pub fn read(text: &str, base: SizeBase) -> Result<(StatReport, SpaceAmounts), ParseError> {
    let report = report::parse(text)?;
    let space = report.space_in(base)?;
    Ok((report.within(base), space))
}

impl StatReport {
    /// The `Space` line in bytes.
    ///
    /// Fails, with the place of the size, where one has no amount in this base, or where more is free
    /// than there is, even at the far ends of both intervals.
    pub fn space_in(&self, base: SizeBase) -> Result<SpaceAmounts, ParseError> {
        // a report may have been changed since: the line names the place, and never the figures
        let is_read =
            |it: &Line| it.text.starts_with(SPACE) && it.text.parse().as_ref() == Ok(&self.space);
        match self.read.iter().find(is_read) {
            Some(Line { line, text }) => space::in_base(line, &text, base),
            None => space::in_base(0, &self.space.to_string(), base),
        }
    }

    /// The report for a base: a line, other than `Space`, with a size that has no amount there is one that
    /// cannot be read. Every size that is left has its amount.
    pub fn within(mut self, base: SizeBase) -> Self {
        if self.license.as_ref().is_some_and(|it| !it.fits(base)) {
            self.license = None;
            self.set_aside("License:");
        }
        if self.fs.is_some_and(|it| it.size.amount(base).is_none()) {
            self.fs = None;
            self.set_aside("FS:");
        }
        for label in self.io.drop_unfit(base) {
            self.set_aside(label);
        }
        self.unread.sort_by_key(|it| it.line);
        self
    }

    fn set_aside(&mut self, label: &str) {
        let unread = self.read.extract(|it| it.text.starts_with(label));
        self.unread.extend(unread);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "Cluster 'c1': healthy\nSpace: allocatable 1TB of 2TB, free 1TB of 3TB\n";

    #[test]
    fn a_size_that_does_not_fit_the_base_makes_its_line_unread() {
        let report = report::parse(&format!(
            "{HEADER}IO total: read 18EB (0ops), write 0B (0ops)\nx\n"
        ))
        .unwrap();
        let report = report.within(SizeBase::Decimal);
        let unread: Vec<usize> = report.unread.iter().map(|it| it.line).collect();
        assert_eq!((report.io.total, unread), (None, vec![3, 4]));
    }

    #[test]
    fn a_report_that_was_changed_is_not_billed_by_its_old_text() {
        let mut report = report::parse(HEADER).unwrap();
        report.space.free.total = report.space.allocatable.total;
        let space = report.space_in(SizeBase::Binary).unwrap();
        assert_eq!(space.physical.total, space.logical.total);
    }

    #[test]
    fn a_report_that_was_built_has_no_line_to_name() {
        let read = report::parse(&HEADER.replace("3TB", "16EB")).unwrap();
        let built = StatReport::new(read.cluster.clone(), read.space.clone());
        let line = |it: StatReport| it.space_in(SizeBase::Binary).unwrap_err().line;
        assert_eq!((line(read), line(built)), (2, 0));
    }
}

//! The labels that lines begin with.
//!
//! ```text
//! Space: [OK] allocatable 1.32TB of 1.44TB, free 1.39TB of 1.44TB   ->   Space:
//! ```

/// What the first line of a report begins with.
pub(crate) const CLUSTER: &str = "Cluster '";
/// What the line that is billed begins with.
pub(crate) const SPACE: &str = "Space:";

/// Every label that we know. None begins another one.
pub(crate) const LABELS: [&str; 13] = [
    CLUSTER,
    SPACE,
    "MDS nodes:",
    "CS nodes:",
    "License:",
    "Replication:",
    "Chunks:",
    "FS:",
    "IO:",
    "IO total:",
    "Repl IO:",
    "Sync rate:",
    "IO QDEPTH:",
];

/// The label that the line begins with, in its first column, of those that we know.
pub fn label(text: &str) -> Option<&'static str> {
    // most lines are rows of a table, and need no more than a look at their first byte
    if !text.starts_with(|c: char| c.is_ascii_uppercase()) {
        return None;
    }
    LABELS.into_iter().find(|it| text.starts_with(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_stands_in_the_first_column_and_begins_no_other() {
        for it in LABELS {
            assert_eq!(label(it), Some(it));
            assert_eq!(label(&format!(" {it}")), None);
            let begin = LABELS.iter().filter(|other| other.starts_with(it));
            assert_eq!(begin.count(), 1, "{it}");
        }
        assert_eq!((label("Tiers: 3"), label("")), (None, None));
    }
}

//! Which processes of this machine run a command that can be told by a word on its command line.

use std::fs;

/// The ids of those whose command line holds the word.
pub(crate) fn with_word(word: &str) -> Vec<u32> {
    let ids = fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let id: u32 = entry.ok()?.file_name().to_str()?.parse().ok()?;
        // It may have ended since.
        let line = fs::read(format!("/proc/{id}/cmdline")).ok()?;
        String::from_utf8_lossy(&line).contains(word).then_some(id)
    });
    ids.collect()
}

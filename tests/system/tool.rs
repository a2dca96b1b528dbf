//! A stand-in for the tool on a storage node: a shell script that does what it is told at the moment.
//!
//! ```text
//! FOLDER/vstorage -c cluster1 stat
//! ```

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use crate::{processes, wait::until};

/// The Space line that the field knows best, below a header of VHI.
pub(crate) const REPORT: &str = "\
Cluster 'cluster1': healthy
Space: [OK] allocatable 11.9TB of 57.3TB, free 13.0TB of 57.3TB
MDS nodes: 3 of 3, epoch uptime: 86d 19h
CS nodes:  9 of 9 (9 avail, 0 inactive, 0 offline)
License: ACTIVE (expiration: 01/01/2100, capacity: 500TB, used: 21.2TB)
Replication:  1 norm,  1 limit
IO:       read 73.5MB/s (4.1Kop/s), write  188MB/s (9.7Kop/s)
";

/// A stand-in, and the word by which its hung commands are known.
#[derive(Clone, Debug)]
pub(crate) struct Tool {
    folder: PathBuf,
    marker: String,
}

impl Tool {
    /// A tool that prints [`REPORT`], in a folder of its own.
    pub(crate) fn new(folder: &Path) -> Tool {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::SeqCst);
        let tool = Tool {
            folder: folder.to_owned(),
            // `sleep` takes it for a small part of a second.
            marker: format!("600.{}{number:05}", std::process::id()),
        };
        let here = folder.display();
        let script = format!(
            "#!/bin/sh\n\
             if [ \"$#\" != 3 ] || [ \"$1\" != -c ] || [ \"$3\" != stat ]; then\n\
             \techo \"usage: vstorage -c CLUSTER stat, and not: $*\" >&2\n\texit 64\nfi\n\
             if [ \"$2\" != cluster1 ]; then\n\techo \"no cluster is named $2\" >&2\n\texit 1\nfi\n\
             here='{here}'\necho . >>'{here}/calls'\n. '{here}/deed'\n"
        );
        fs::write(tool.path(), script).unwrap();
        fs::set_permissions(tool.path(), Permissions::from_mode(0o755)).unwrap();
        tool.prints(REPORT);
        tool
    }

    /// Where it stands.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.join("vstorage")
    }

    /// From now on it prints this and ends well.
    pub(crate) fn prints(&self, report: &str) {
        fs::write(self.folder.join("report"), report).unwrap();
        self.works();
    }

    /// From now on it does this, in the words of a shell.
    pub(crate) fn does(&self, deed: &str) {
        // Renamed into place: a tool that runs now sees the one or the other.
        let new = self.folder.join("deed.new");
        fs::write(&new, format!("{deed}\n")).unwrap();
        fs::rename(new, self.folder.join("deed")).unwrap();
    }

    /// From now on it prints its report again and ends well.
    pub(crate) fn works(&self) {
        self.does("cat \"$here/report\"");
    }

    /// From now on it hangs.
    pub(crate) fn hangs(&self) {
        self.does(&format!("sleep {}", self.marker));
    }

    /// How often it was called.
    pub(crate) fn calls(&self) -> usize {
        fs::read(self.folder.join("calls")).map_or(0, |calls| calls.len() / 2)
    }

    /// The word on the command line of what hangs.
    pub(crate) fn marker(&self) -> &str {
        &self.marker
    }

    /// Waits until nothing of it hangs any more.
    #[track_caller]
    pub(crate) fn is_rid_of_hung_commands(&self, within: Duration) {
        until("nothing hangs on the node", within, || {
            processes::with_word(&self.marker).is_empty().then_some(())
        });
    }
}

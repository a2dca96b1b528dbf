//! What the nodes print: at each call other figures, all of which follow from one number, the microsecond.
//!
//! ```text
//! Space: [OK] allocatable nB of 2nB, free (n + 7)B of 3nB
//! License: ACTIVE (expiration: 01/01/2100, capacity: 4nB, used: (n + 11)B)
//! ```
//!
//! A good call notes its number before it prints. One that goes wrong prints figures, too, and notes none.

use std::{
    collections::HashSet,
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::PathBuf,
    sync::Mutex,
};

/// The beginning of every deed: the number of this call, and the report that follows from it.
const BEGINS: &str = "\
now=$(date +%s%N); n=${now%???}
note() { echo \"$n\" >>\"$here/printed\"; }
report() {
    printf '%s\\n' \"Cluster '${1:-cluster1}': ${2:-healthy}\" \\
        \"Space: [OK] allocatable ${n}B of $((2 * n))B, free $((n + 7))B of $((3 * n))B\" \\
        'MDS nodes: 3 of 3, epoch uptime: 86d 19h' \\
        'CS nodes:  9 of 9 (9 avail, 0 inactive, 0 offline)' \\
        \"License: ACTIVE (expiration: 01/01/2100, capacity: $((4 * n))B, used: $((n + 11))B)\" \\
        'Replication:  1 norm,  1 limit'
}
";

/// A deed of the tool, in the words of a shell that knows `note` and `report`.
pub(crate) fn deed(does: &str) -> String {
    format!("{BEGINS}{does}")
}

/// What a quantity must be, for the number of its call.
type Expected = fn(u64) -> u64;

/// What every quantity must be.
pub(crate) const QUANTITIES: &[(&str, Expected)] = &[
    ("logical.free", |n| n),
    ("logical.total", |n| 2 * n),
    ("logical.used", |n| n),
    ("physical.free", |n| n + 7),
    ("physical.total", |n| 3 * n),
    ("physical.used", |n| 2 * n - 7),
    ("license.capacity", |n| 4 * n),
    ("license.used", |n| n + 11),
    ("license.free", |n| 3 * n - 11),
    ("user_data", |n| n + 11),
];

/// The numbers that good calls have noted.
#[derive(Debug)]
pub(crate) struct Printed {
    file: PathBuf,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    numbers: HashSet<u64>,
    read: u64,
    /// The beginning of a line whose end is not written yet.
    rest: String,
}

impl Printed {
    /// Of the tool in this folder.
    pub(crate) fn new(file: PathBuf) -> Printed {
        Printed {
            file,
            known: Mutex::default(),
        }
    }

    /// Whether a good call has noted this number.
    pub(crate) fn holds(&self, number: u64) -> bool {
        let mut known = self.known.lock().unwrap();
        if !known.numbers.contains(&number) {
            known.read_on(&self.file);
        }
        known.numbers.contains(&number)
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        let mut known = self.known.lock().unwrap();
        known.read_on(&self.file);
        known.numbers.len()
    }
}

impl Known {
    fn read_on(&mut self, file: &PathBuf) {
        let Ok(mut file) = File::open(file) else {
            return;
        };
        file.seek(SeekFrom::Start(self.read)).unwrap();
        let mut text = std::mem::take(&mut self.rest);
        self.read += u64::try_from(file.read_to_string(&mut text).unwrap()).unwrap();
        for line in text.split_inclusive('\n') {
            match line.strip_suffix('\n') {
                Some(number) => drop(self.numbers.insert(number.parse().unwrap())),
                None => self.rest = line.to_owned(),
            }
        }
    }
}

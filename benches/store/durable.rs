//! A round of all clusters that is on the disk, beside as many bytes that are appended to a file.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
    time::Instant,
};

use flate2::{Compression, write::DeflateEncoder};
use jiff::Timestamp;
use vhi_usage::store::{opened::Store, pack};

use crate::{
    Failed,
    load::{self, MONTH},
    ms, row,
    shown::{self, Goal},
};

/// Of a round.
const CLUSTERS: i64 = 10;
const ROUNDS: i64 = 300;
/// About what a row holds beside text and figures: name, hash, numbers.
const ROW: usize = 80;

/// Writes rounds of all clusters, beside as many bytes that are appended to a file.
pub(crate) async fn measure(name: &str, store: &Store, folder: &Path) -> Result<(), Failed> {
    let report = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/fixtures/stat/vhi-4.7-full-tables.txt"
    );
    let report = fs::read_to_string(report)?;
    let mut file = Append::new(folder)?;
    let (mut ours, mut theirs, mut packed) = (Vec::new(), Vec::new(), 0);
    for turn in 0..ROUNDS {
        let at = Timestamp::from_second(MONTH.1 + 60 * (turn + 1))?;
        let text = |cluster: i64| format!("{report}{turn} {cluster}\n");
        let rounds = (0..CLUSTERS).map(|it| load::round(it, at, text(it).as_bytes()));
        let rounds = rounds.collect::<Result<Vec<_>, Failed>>()?;
        let begun = Instant::now();
        store.append(&rounds).await?;
        ours.push(ms(begun.elapsed()));
        let mut bytes = Vec::new();
        for (entry, text) in rounds.iter().flat_map(|it| &it.readings) {
            let text = deflated(&text.bytes)?;
            packed = text.len();
            bytes.extend(text);
            bytes.extend(pack::pack(&entry.figures));
            bytes.resize(bytes.len() + ROW, 0);
        }
        let begun = Instant::now();
        file.write(&bytes)?;
        theirs.push(ms(begun.elapsed()));
    }
    row(
        &format!("{name}: a round of ten clusters on the disk"),
        &ours,
        "a bare append of as many bytes with `fdatasync`",
        &theirs,
        Goal::AtMost(4.0),
    );
    shown::figure(
        &format!("{name}: bytes of a text of {} as it is kept", report.len()),
        &format!("{packed}"),
        packed as f64,
        Goal::None,
    );
    Ok(())
}

/// As the store deflates a text.
fn deflated(text: &[u8]) -> Result<Vec<u8>, Failed> {
    let mut deflate = DeflateEncoder::new(Vec::new(), Compression::fast());
    deflate.write_all(text)?;
    Ok(deflate.finish()?)
}

/// A file that bytes are appended to, each time until they are on the disk.
pub(crate) struct Append(File);

impl Append {
    pub(crate) fn new(folder: &Path) -> Result<Append, Failed> {
        Ok(Append(File::create(folder.join("append"))?))
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Failed> {
        self.0.write_all(bytes)?;
        Ok(self.0.sync_data()?)
    }
}

//! Raw texts: deflated, each distinct one once, and never given out without a look at its hash.

use std::{
    collections::{BTreeMap, btree_map},
    io::{Read, Write},
};

use flate2::{Compression, Crc, read::DeflateDecoder, write::DeflateEncoder};
use sha2::{Digest, Sha256};

use crate::{
    hex,
    store::{
        engine::Transaction,
        entry::{Hash, Text},
        error::StoreError,
        kept::Kept,
        list,
        opened::Store,
        value::Value,
    },
};

/// A text as its row holds it.
#[derive(Debug)]
pub(crate) struct Packed {
    length: i64,
    packed: Vec<u8>,
    newest: i64,
}

/// The texts of these rounds, each once, in the order of their hashes: two who write the same ones cannot wait for
/// each other.
pub(crate) fn packed(rounds: &[Kept]) -> Result<BTreeMap<Hash, Packed>, StoreError> {
    let mut texts = BTreeMap::new();
    for (entry, text) in rounds.iter().flat_map(|round| &round.readings) {
        let at = entry.at.as_millisecond();
        match texts.entry(text.hash) {
            btree_map::Entry::Vacant(empty) => {
                empty.insert(deflated(text, at)?);
            }
            btree_map::Entry::Occupied(mut found) => {
                let found = found.get_mut();
                found.newest = found.newest.max(at);
            }
        }
    }
    Ok(texts)
}

fn deflated(text: &Text, newest: i64) -> Result<Packed, StoreError> {
    let too_much = |_| StoreError::damaged("a text is longer than any can be");
    let mut deflate = DeflateEncoder::new(Vec::new(), Compression::fast());
    let done = deflate
        .write_all(&text.bytes)
        .and_then(|()| deflate.finish());
    let mut packed = done.map_err(|_| StoreError::damaged("a text cannot be deflated"))?;
    packed.extend(sum(&packed));
    Ok(Packed {
        length: i64::try_from(text.bytes.len()).map_err(too_much)?,
        packed,
        newest,
    })
}

/// What ends a packed text: some bits of what is deflated can be others without another text.
fn sum(deflated: &[u8]) -> [u8; 4] {
    let mut sum = Crc::new();
    sum.update(deflated);
    sum.sum().to_le_bytes()
}

/// The text of a row; `None` where it is not what was written.
pub(crate) fn inflated(packed: &[u8], length: i64, hash: &Hash) -> Option<Vec<u8>> {
    let (packed, ends) = packed.split_last_chunk()?;
    if sum(packed) != *ends {
        return None;
    }
    let mut text = Vec::new();
    // What is damaged may say that it is as long as it likes.
    let length = u64::try_from(length).ok()?;
    let mut inflate = DeflateDecoder::new(packed).take(length.saturating_add(1));
    inflate.read_to_end(&mut text).ok()?;
    let found: Hash = Sha256::digest(&text).into();
    (found == *hash && u64::try_from(text.len()) == Ok(length)).then_some(text)
}

/// Writes texts; where one stands there already, only its time grows.
pub(crate) async fn write(
    open: &mut Transaction,
    texts: BTreeMap<Hash, Packed>,
) -> Result<(), StoreError> {
    let mut texts = texts.into_iter().peekable();
    while texts.peek().is_some() {
        let mut values: Vec<Value> = Vec::new();
        for (hash, text) in texts.by_ref().take(list::ROWS) {
            values.push(hash.into());
            values.push(text.length.into());
            values.push(text.packed.into());
            values.push(text.newest.into());
        }
        let sql = format!(
            "INSERT INTO texts (hash, length, packed, newest) VALUES {} ON CONFLICT (hash) DO UPDATE \
             SET newest = excluded.newest WHERE texts.newest < excluded.newest",
            list::rows(values.len() / 4, 4)
        );
        open.run("write texts", sql, values).await?;
    }
    Ok(())
}

impl Store {
    /// The raw text of this hash; `None` where it was never kept, or is pruned.
    ///
    /// # Errors
    /// `Damaged` where it is not what was written; when the store cannot be read.
    pub async fn text(&self, hash: &Hash) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT length, packed FROM texts WHERE hash = $1";
        let row = self.engine.first("read a text", sql, vec![(*hash).into()]);
        let Some(row) = row.await? else {
            return Ok(None);
        };
        let text = inflated(row.bytes(1)?, row.int(0)?, hash);
        let broken = || format!("the text {} is not what was written", hex::lower(hash));
        text.ok_or_else(|| StoreError::damaged(broken())).map(Some)
    }

    /// The time of the oldest text that is kept, in milliseconds since 1970: texts are pruned in the order of their
    /// times, so that each later one must still be there. `None` where none is.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn oldest_text(&self) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT MIN(newest) FROM texts";
        let row = self.engine.first("read a text", sql, Vec::new()).await?;
        row.map_or(Ok(None), |row| row.maybe_int(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_inflated_as_it_was_deflated_and_nothing_else_is_taken_for_it() {
        for bytes in [&b""[..], b"text", &[7; 100_000]] {
            let text = Text::new(bytes);
            let row = deflated(&text, 0).unwrap();
            let read = inflated(&row.packed, row.length, &text.hash);
            assert_eq!(read.as_deref(), Some(bytes));
            assert_eq!(inflated(&row.packed, row.length + 1, &text.hash), None);
            assert_eq!(inflated(&row.packed, -1, &text.hash), None);
            assert_eq!(inflated(&row.packed, i64::MAX, &[0; 32]), None);
            for bit in 0..row.packed.len() * 8 {
                let mut flipped = row.packed.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                assert_eq!(
                    inflated(&flipped, row.length, &text.hash),
                    None,
                    "bit {bit}"
                );
            }
            let longer = [&row.packed[..], &[0]].concat();
            assert_eq!(inflated(&longer, row.length, &text.hash), None);
        }
    }
}

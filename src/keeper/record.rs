//! A round as a line of the queue: its CRC-32, a blank, and JSON on one line.
//!
//! ```text
//! 8f1e03c2 {"cluster":"cluster1","readings":[{"role":"storage","at":1793000000123,"origin":"{…}","text":"…","figures":[…]}],…}
//! ```

use std::{
    io::{self, Read, Write},
    sync::Arc,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use flate2::{Compression, Crc, read::DeflateDecoder, write::DeflateEncoder};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    amount::Amount,
    cluster_name::ClusterName,
    meter::quantity::Quantity,
    reason::Code,
    store::{
        entry::{self, Absence, Entry, Text},
        kept::{Fence, Kept},
        origin::{Asked, Origin, Role},
    },
};

/// The longest text that is unpacked: what a source may answer is far below it.
const LONGEST: u64 = 64 << 20;

/// The line of a round, with its end.
///
/// # Errors
/// When its texts cannot be packed.
pub fn line(round: &Kept) -> io::Result<Vec<u8>> {
    let readings = round.readings.iter().map(reading);
    let readings = readings.collect::<io::Result<Vec<Value>>>()?;
    let absences: Vec<Value> = round.absences.iter().map(absence).collect();
    let fence = round.fence.as_ref();
    let fence = fence.map(|fence| json!({"holder": fence.holder, "number": fence.number}));
    let record = json!({
        "cluster": round.cluster.as_str(),
        "readings": readings,
        "absences": absences,
        "fence": fence,
    });
    let record = record.to_string();
    let mut line = format!("{:08x} ", sum(record.as_bytes())).into_bytes();
    line.extend_from_slice(record.as_bytes());
    line.push(b'\n');
    Ok(line)
}

/// The record of a line, without its end; `None` where its CRC is that of another one.
pub fn whole(line: &[u8]) -> Option<&[u8]> {
    let (said, record) = line.split_at_checked(9)?;
    let said = std::str::from_utf8(said).ok()?.strip_suffix(' ')?;
    (u32::from_str_radix(said, 16).ok()? == sum(record)).then_some(record)
}

/// The round of a line, without its end; `None` where that is not what was written.
pub fn read(line: &[u8]) -> Option<Kept> {
    let record: Value = serde_json::from_slice(whole(line)?).ok()?;
    let cluster: ClusterName = record.get("cluster")?.as_str()?.parse().ok()?;
    let list = |key: &str| record.get(key).and_then(Value::as_array);
    let readings = list("readings")?.iter();
    let readings = readings.map(|it| reading_of(it, &cluster));
    let absences = list("absences")?.iter();
    let absences = absences.map(|it| absence_of(it, &cluster));
    let fence = match record.get("fence")? {
        Value::Null => None,
        fence => Some(Fence {
            holder: fence.get("holder")?.as_str()?.to_owned(),
            number: fence.get("number")?.as_i64()?,
        }),
    };
    Some(Kept {
        readings: readings.collect::<Option<_>>()?,
        absences: absences.collect::<Option<_>>()?,
        cluster,
        fence,
    })
}

fn sum(record: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(record);
    crc.sum()
}

fn reading((entry, text): &(Entry, Text)) -> io::Result<Value> {
    let figures = entry
        .figures
        .iter()
        .map(|(quantity, amount)| json!([quantity.name(), amount.bytes, amount.min, amount.max]));
    Ok(json!({
        "role": entry.role.name(),
        "at": entry.at.as_millisecond(),
        "origin": entry.origin.written(),
        "text": packed(&text.bytes)?,
        "figures": figures.collect::<Vec<Value>>(),
    }))
}

fn reading_of(record: &Value, cluster: &ClusterName) -> Option<(Entry, Text)> {
    let at = time(record.get("at")?)?;
    let role = word(record, "role")?;
    let role = Role::ALL.into_iter().find(|it| it.name() == role)?;
    let origin = Origin::read(word(record, "origin")?)?;
    let text = Text::new(unpacked(word(record, "text")?)?);
    let figures = record.get("figures")?.as_array()?.iter();
    let entry = Entry {
        id: entry::id(cluster, origin.source, at, &text.hash),
        cluster: cluster.clone(),
        role,
        at,
        text: text.hash,
        figures: figures.map(figure_of).collect::<Option<_>>()?,
        origin: Arc::new(origin),
    };
    Some((entry, text))
}

fn figure_of(record: &Value) -> Option<(Quantity, Amount)> {
    let name = record.get(0)?.as_str()?;
    let quantity = Quantity::ALL.into_iter().find(|it| it.name() == name)?;
    let number = |place: usize| record.get(place)?.as_u64();
    let amount = Amount {
        bytes: number(1)?,
        min: number(2)?,
        max: number(3)?,
    };
    Some((quantity, amount))
}

fn absence(absence: &Absence) -> Value {
    json!({
        "role": absence.role.name(),
        "source": absence.source.name(),
        "at": absence.at.as_millisecond(),
        "code": absence.code.name(),
        "message": absence.message,
        "next_try": absence.next_try.map(Timestamp::as_millisecond),
        "holds": absence.holds,
    })
}

fn absence_of(record: &Value, cluster: &ClusterName) -> Option<Absence> {
    let (role, source) = (word(record, "role")?, word(record, "source")?);
    let code = word(record, "code")?;
    Some(Absence {
        cluster: cluster.clone(),
        role: Role::ALL.into_iter().find(|it| it.name() == role)?,
        source: Asked::ALL.into_iter().find(|it| it.name() == source)?,
        at: time(record.get("at")?)?,
        code: *Code::ALL.iter().find(|it| it.name() == code)?,
        message: word(record, "message")?.to_owned(),
        next_try: match record.get("next_try")? {
            Value::Null => None,
            next_try => Some(time(next_try)?),
        },
        holds: record.get("holds")?.as_u64()?.try_into().ok()?,
    })
}

fn word<'a>(record: &'a Value, key: &str) -> Option<&'a str> {
    record.get(key)?.as_str()
}

fn time(record: &Value) -> Option<Timestamp> {
    Timestamp::from_millisecond(record.as_i64()?).ok()
}

fn packed(text: &[u8]) -> io::Result<String> {
    let mut packing = DeflateEncoder::new(Vec::new(), Compression::fast());
    packing.write_all(text)?;
    Ok(BASE64_STANDARD.encode(packing.finish()?))
}

fn unpacked(word: &str) -> Option<Vec<u8>> {
    let packed = BASE64_STANDARD.decode(word).ok()?;
    let mut text = Vec::new();
    let mut unpacking = DeflateDecoder::new(packed.as_slice()).take(LONGEST);
    unpacking.read_to_end(&mut text).ok()?;
    Some(text)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A round of this cluster in this millisecond, with a reading and an absence.
    pub(crate) fn round(cluster: &str, at_ms: i64) -> Kept {
        let cluster: ClusterName = cluster.parse().unwrap();
        let at = Timestamp::from_millisecond(at_ms).unwrap();
        let text = Text::new(format!("the report of {at_ms}\n").into_bytes());
        let entry = Entry {
            id: entry::id(&cluster, Asked::Ssh, at, &text.hash),
            cluster: cluster.clone(),
            role: Role::Storage,
            at,
            origin: Arc::new(Origin {
                source: Asked::Ssh,
                node: Some("node1.example".to_owned()),
                command: Some("/usr/bin/vstorage -c cluster1 stat".to_owned()),
                cluster_status: Some("healthy".to_owned()),
                size_base: None,
                parser: "0.1.0".to_owned(),
                holds: 900,
            }),
            text: text.hash,
            figures: vec![(
                Quantity::LogicalUsed,
                Amount {
                    bytes: u64::MAX,
                    min: u64::MAX - 7,
                    max: u64::MAX,
                },
            )],
        };
        let absence = Absence {
            cluster: cluster.clone(),
            role: Role::Compute,
            source: Asked::ComputeStat,
            at,
            code: Code::PanelTimeout,
            message: "the panel did not answer in time".to_owned(),
            next_try: Some(at),
            holds: 900,
        };
        Kept {
            cluster,
            readings: vec![(entry, text)],
            absences: vec![absence],
            fence: Some(Fence {
                holder: "one".to_owned(),
                number: 7,
            }),
        }
    }

    #[test]
    fn a_round_is_read_as_it_was_written_to_the_last_byte() {
        let round = round("cluster1", 1_793_000_000_123);
        let line = line(&round).unwrap();
        let (end, written) = line.split_last().unwrap();
        assert_eq!(*end, b'\n');
        assert!(!written.contains(&b'\n'));
        assert_eq!(read(written), Some(round));
    }

    #[test]
    fn a_line_of_which_one_bit_is_another_is_none() {
        let line = line(&round("cluster1", 1)).unwrap();
        let written = &line[..line.len() - 1];
        assert!(read(written).is_some());
        for at in 0..written.len() {
            let mut other = written.to_vec();
            other[at] ^= 1;
            assert_eq!(read(&other), None, "byte {at}");
        }
        for length in 0..written.len() {
            assert_eq!(read(&written[..length]), None, "{length} bytes");
        }
    }
}

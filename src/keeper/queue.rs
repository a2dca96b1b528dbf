//! The file in which rounds wait while the store is not there: each a line, on the disk before anybody relies on it.
//!
//! Lines are added at its end and taken from its head; when the last one is taken the file is empty again. What is taken
//! stays in the file until then, so that a kill in between writes it once more, which changes nothing. A line that a kill
//! has cut is no round that anybody relied on.

use std::{
    io::{self, BufRead, BufReader, Seek, SeekFrom, Write},
    path::PathBuf,
};

use crate::{
    keeper::{
        queue_file::{Found, Open, QueueError, file_error, is_at, opened},
        record,
    },
    store::kept::Kept,
};

/// So many bytes are taken at once, and the line that ends behind them.
const TAKEN: u64 = 4 << 20;
/// And so many rounds.
const ROUNDS: usize = 256;

/// The queue of one service.
#[derive(Debug)]
pub struct Queue {
    path: PathBuf,
    most: u64,
    open: Option<Open>,
    found: Found,
}

/// What waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Rounds.
    pub rounds: u64,
    /// Bytes of the file.
    pub bytes: u64,
}

/// Rounds from the head of the queue.
#[derive(Debug, Default)]
pub struct Taken {
    /// In the order in which they came.
    pub rounds: Vec<Kept>,
    end: u64,
    /// Whole lines.
    lines: u64,
    /// Those of them that this release cannot read.
    unread: u64,
}

impl Queue {
    /// The queue in this file, in which at most so many bytes wait. It is not opened yet.
    pub fn new(path: PathBuf, most: u64) -> Queue {
        Queue {
            path,
            most,
            open: None,
            found: Found::default(),
        }
    }

    /// What waits, as far as the file is open.
    pub fn waiting(&self) -> Waiting {
        let open = self.open.as_ref();
        open.map_or(Waiting::default(), |open| Waiting {
            rounds: open.rounds,
            bytes: open.tail.saturating_sub(open.head),
        })
    }

    /// What was found beside whole lines whenever it was opened, in all.
    pub fn found(&self) -> Found {
        self.found
    }

    /// Opens the file where it is not open, or is no longer there; makes it where there is none.
    ///
    /// # Errors
    /// `InUse`, `File`.
    pub fn open(&mut self) -> Result<(), QueueError> {
        if let Some(open) = &self.open
            && is_at(&open.file, &self.path)
        {
            return Ok(());
        }
        self.open = None;
        let (open, found) = opened(&self.path)?;
        self.found.cut += found.cut;
        self.found.damaged += found.damaged;
        self.open = Some(open);
        Ok(())
    }

    /// Adds rounds at the end; they are on the disk when this returns.
    ///
    /// # Errors
    /// Then none of them waits there.
    pub fn push(&mut self, rounds: &[Kept]) -> Result<(), QueueError> {
        self.open()?;
        let path = self.path.clone();
        let wrong = |error: io::Error| file_error(&path, &error);
        let mut lines = Vec::new();
        for round in rounds {
            lines.extend(record::line(round).map_err(wrong)?);
        }
        let Some(open) = &mut self.open else {
            return Err(wrong(io::ErrorKind::NotFound.into()));
        };
        let added = u64::try_from(lines.len()).unwrap_or(u64::MAX);
        if open.tail.saturating_add(added) > self.most {
            return Err(QueueError::Full);
        }
        let written = open
            .file
            .seek(SeekFrom::Start(open.tail))
            .and_then(|_| open.file.write_all(&lines))
            .and_then(|()| open.file.sync_data());
        if let Err(error) = written {
            // What is half written is cut off here, or, where that fails, when the file is opened anew.
            if let Err(error) = open.file.set_len(open.tail) {
                tracing::debug!(%error, "the queue keeps a line that was half written");
                self.open = None;
            }
            return Err(wrong(error));
        }
        open.tail = open.tail.saturating_add(added);
        let count = u64::try_from(rounds.len()).unwrap_or(u64::MAX);
        open.rounds = open.rounds.saturating_add(count);
        Ok(())
    }

    /// The rounds at its head, which stay there until [`Queue::done`]; none where nothing waits.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn take(&mut self) -> Result<Taken, QueueError> {
        let mut taken = Taken::default();
        let Some(open) = &mut self.open else {
            return Ok(taken);
        };
        taken.end = open.head;
        let wrong = |error: io::Error| file_error(&self.path, &error);
        open.file.seek(SeekFrom::Start(open.head)).map_err(wrong)?;
        let mut reader = BufReader::new(&open.file);
        let mut line = Vec::new();
        while taken.end < open.tail
            && taken.end.saturating_sub(open.head) < TAKEN
            && taken.rounds.len() < ROUNDS
        {
            line.clear();
            let length = reader.read_until(b'\n', &mut line).map_err(wrong)?;
            if length == 0 {
                break;
            }
            taken.end = taken
                .end
                .saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
            let line = line.strip_suffix(b"\n").unwrap_or(&line);
            match record::read(line) {
                Some(round) => taken.rounds.push(round),
                None if record::whole(line).is_some() => taken.unread += 1,
                None => continue,
            }
            taken.lines += 1;
        }
        Ok(taken)
    }

    /// Lets what was taken go; it is in the store.
    ///
    /// # Errors
    /// When the file cannot be emptied: then it is taken once more, which changes nothing.
    pub fn done(&mut self, taken: &Taken) -> Result<(), QueueError> {
        let Some(open) = &mut self.open else {
            return Ok(());
        };
        self.found.damaged += taken.unread;
        open.head = taken.end.max(open.head);
        open.rounds = open.rounds.saturating_sub(taken.lines);
        if open.head >= open.tail {
            (open.head, open.tail, open.rounds) = (0, 0, 0);
            let emptied = open.file.set_len(0).and_then(|()| open.file.sync_data());
            emptied.map_err(|error| file_error(&self.path, &error))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::keeper::record::tests::round;

    const MOST: u64 = 1 << 20;

    fn drained(queue: &mut Queue) -> Vec<Kept> {
        let mut all = Vec::new();
        while queue.waiting().rounds > 0 {
            let taken = queue.take().unwrap();
            all.extend(taken.rounds.iter().cloned());
            queue.done(&taken).unwrap();
        }
        all
    }

    #[test]
    fn what_waits_is_there_after_a_kill_in_its_order_and_the_file_is_empty_behind_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("usage.queue");
        let mut queue = Queue::new(path.clone(), MOST);
        let rounds: Vec<Kept> = (1..=600).map(|at| round("cluster1", at)).collect();
        queue.push(&rounds[..1]).unwrap();
        queue.push(&rounds[1..]).unwrap();
        drop(queue);
        let mut queue = Queue::new(path.clone(), MOST);
        queue.open().unwrap();
        assert_eq!(queue.waiting().rounds, 600);
        assert_eq!(queue.waiting().bytes, fs::metadata(&path).unwrap().len());
        assert_eq!(drained(&mut queue), rounds);
        assert_eq!(queue.found(), Found::default());
        assert_eq!(fs::metadata(&path).unwrap().len(), 0);
        queue.push(&rounds[..1]).unwrap();
        assert_eq!(drained(&mut queue), rounds[..1]);
    }

    #[test]
    fn a_line_that_a_kill_has_cut_is_cut_off_wherever_it_was_cut() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("usage.queue");
        let rounds = [round("cluster1", 1), round("cluster1", 2)];
        let mut queue = Queue::new(path.clone(), MOST);
        queue.push(&rounds).unwrap();
        drop(queue);
        let whole = fs::read(&path).unwrap();
        let first = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        for length in (first + 1..whole.len()).step_by(7) {
            fs::write(&path, &whole[..length]).unwrap();
            let mut queue = Queue::new(path.clone(), MOST);
            queue.open().unwrap();
            let cut = u64::try_from(length - first).unwrap();
            assert_eq!(queue.found(), Found { cut, damaged: 0 });
            assert_eq!(drained(&mut queue), rounds[..1]);
        }
    }

    #[test]
    fn a_damaged_line_is_passed_over_and_counted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("usage.queue");
        let rounds = [1, 2, 3].map(|at| round("cluster1", at));
        let mut queue = Queue::new(path.clone(), MOST);
        queue.push(&rounds).unwrap();
        drop(queue);
        let mut bytes = fs::read(&path).unwrap();
        let second = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 20;
        bytes[second] ^= 1;
        fs::write(&path, bytes).unwrap();
        let mut queue = Queue::new(path, MOST);
        queue.open().unwrap();
        assert_eq!((queue.found().damaged, queue.waiting().rounds), (1, 2));
        assert_eq!(drained(&mut queue), [rounds[0].clone(), rounds[2].clone()]);
    }

    #[test]
    fn a_full_queue_refuses_and_keeps_what_it_has() {
        let folder = tempfile::tempdir().unwrap();
        let line = record::line(&round("cluster1", 1)).unwrap().len();
        let most = u64::try_from(line * 2 + 10).unwrap();
        let mut queue = Queue::new(folder.path().join("usage.queue"), most);
        let rounds = [1, 2, 3].map(|at| round("cluster1", at));
        queue.push(&rounds[..2]).unwrap();
        let full = queue.push(&rounds[2..]).unwrap_err();
        assert!(matches!(full, QueueError::Full), "{full}");
        assert_eq!(drained(&mut queue), rounds[..2]);
        queue.push(&rounds[2..]).unwrap();
    }

    #[test]
    fn a_queue_belongs_to_one_service_and_is_made_anew_where_it_was_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("usage.queue");
        let mut queue = Queue::new(path.clone(), MOST);
        queue.open().unwrap();
        let refused = Queue::new(path.clone(), MOST).open().unwrap_err();
        assert!(matches!(refused, QueueError::InUse { .. }), "{refused}");
        fs::remove_file(&path).unwrap();
        queue.push(&[round("cluster1", 1)]).unwrap();
        assert!(fs::metadata(&path).unwrap().len() > 0);
        drop(folder);
        let gone = queue.push(&[round("cluster1", 2)]).unwrap_err();
        assert!(matches!(gone, QueueError::File { .. }), "{gone}");
    }
}

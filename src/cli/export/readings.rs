//! Every reading of some clusters and their windows, in the order of cluster, role, time and name.

use std::{process::ExitCode, time::Duration};

use futures_util::TryStreamExt;
use tokio::time::timeout;

use crate::{
    cli::{
        exit::Failure,
        export::{
            format::Format,
            next::Next,
            piece::Piece,
            sheet::{Open, Sheet},
        },
        plain::remark,
        progress::Progress,
        stop::Signals,
    },
    cluster_name::ClusterName,
    meter::window::Window,
    store::{entry::Stored, opened::Store, origin::Role},
};

/// A store that is there gives the next reading within this time.
const WITHIN: Duration = Duration::from_secs(60);
/// The store is asked for the readings of so many seconds first, and of more or fewer where those are few or many: no
/// question lasts for long, whatever the cadence, and no long silence takes many questions.
const SECONDS: i64 = 86_400;
const FEW: u64 = 10_000;
const MANY: u64 = 50_000;

/// What of one cluster is to be written.
#[derive(Clone, Debug)]
pub struct Part {
    /// The cluster.
    pub cluster: ClusterName,
    /// From when to when.
    pub window: Window,
    /// Whether readings that came late are left out: a closed month is the same for ever, and what came late stands
    /// behind its corrections.
    pub timely: bool,
}

/// What is to be written.
#[derive(Debug)]
pub struct Readings<'a> {
    store: &'a Store,
    parts: Vec<Part>,
    format: Format,
}

impl<'a> Readings<'a> {
    /// Of each of these clusters in its window.
    pub fn new(store: &'a Store, parts: Vec<Part>, format: Format) -> Self {
        Readings {
            store,
            parts,
            format,
        }
    }

    /// Writes them.
    ///
    /// # Errors
    /// When the store cannot be read, or the sheet not be written. What is written so far stays there.
    pub async fn write(self, sheet: Sheet) -> Result<ExitCode, Failure> {
        let mut signals = Signals::listen()?;
        let mut writing = Writing::open(sheet, self.job(), self.format)?;
        let ended = {
            let progress = Progress::new(self.steps());
            tokio::select! {
                ended = self.read(&mut writing, &progress) => ended.map(|()| None),
                code = signals.code() => Ok(Some(code)),
            }
        };
        match ended? {
            None => writing.finish().map(|()| ExitCode::SUCCESS),
            Some(code) => writing.leave().map(|()| code),
        }
    }

    /// What a part must be of to be gone on with.
    fn job(&self) -> String {
        let of = |part: &Part| {
            let (cluster, window) = (&part.cluster, part.window);
            let closed = if part.timely { ", closed" } else { "" };
            format!(
                "{cluster} from {} to {}{closed}",
                window.from(),
                window.to()
            )
        };
        let clusters: Vec<String> = self.parts.iter().map(of).collect();
        let (format, release) = (self.format.name(), env!("CARGO_PKG_VERSION"));
        // Another release may have other columns.
        format!("{format} of release {release}: {}", clusters.join(", "))
    }

    /// The seconds of all clusters and roles.
    fn steps(&self) -> u64 {
        let seconds = self.parts.iter().map(|part| part.window.seconds());
        let roles = u64::try_from(Role::ALL.len()).unwrap_or(u64::MAX);
        let seconds = seconds.fold(0, u64::saturating_add);
        seconds.saturating_mul(roles)
    }

    async fn read(&self, writing: &mut Writing, progress: &Progress) -> Result<(), Failure> {
        let mut before = 0;
        for (cluster, part) in self.parts.iter().enumerate() {
            let window = part.window;
            for (number, role) in Role::ALL.into_iter().enumerate() {
                if writing.next.comes_to(cluster, number) {
                    let from = writing.next.second().unwrap_or(window.from());
                    let mut pages = Pages::new(window, from);
                    while let Some(page) = pages.next() {
                        let read = self.page(part, role, page, writing).await?;
                        pages.fit(read);
                        let done = page.to().abs_diff(window.from());
                        progress.show(before + done, writing.next.readings);
                    }
                }
                before += window.seconds();
            }
        }
        Ok(())
    }

    /// Writes the readings of a page, and says how many there are.
    async fn page(
        &self,
        part: &Part,
        role: Role,
        page: Window,
        writing: &mut Writing,
    ) -> Result<u64, Failure> {
        let silent = |_| Failure::Silent(WITHIN);
        let asked = timeout(WITHIN, self.store.entries(&part.cluster, role, page));
        let mut entries = asked.await.map_err(silent)??;
        let mut read = 0;
        while let Some(stored) = timeout(WITHIN, entries.try_next())
            .await
            .map_err(silent)??
        {
            if !(part.timely && stored.late) {
                writing.take(&stored)?;
            }
            read += 1;
        }
        Ok(read)
    }
}

/// Windows that follow each other, each so long that it may have as many readings as are wanted.
#[derive(Debug)]
struct Pages {
    from: i64,
    to: i64,
    seconds: i64,
}

impl Pages {
    fn new(window: Window, from: i64) -> Pages {
        Pages {
            from,
            to: window.to(),
            seconds: SECONDS,
        }
    }

    fn next(&mut self) -> Option<Window> {
        let to = self.from.saturating_add(self.seconds).min(self.to);
        let page = Window::new(self.from, to).ok()?;
        self.from = to;
        Some(page)
    }

    /// The last one had so many.
    fn fit(&mut self, readings: u64) {
        self.seconds = match readings {
            0..FEW => self.seconds.saturating_mul(2),
            FEW..=MANY => self.seconds,
            _ => (self.seconds / 2).max(1),
        };
    }
}

/// A sheet with what is on its way there. Between two awaits it is always whole.
#[derive(Debug)]
struct Writing {
    open: Open,
    format: Format,
    piece: Piece,
    next: Next,
}

impl Writing {
    fn open(sheet: Sheet, job: String, format: Format) -> Result<Writing, Failure> {
        let (open, next) = sheet.open(job, Next::default())?;
        let piece = Piece::new(format, open.is_empty())?;
        Ok(Writing {
            open,
            format,
            piece,
            next,
        })
    }

    fn take(&mut self, stored: &Stored) -> Result<(), Failure> {
        if !self.next.take(stored) {
            return Ok(());
        }
        self.piece.push(stored)?;
        match self.piece.is_full() {
            true => self.write(),
            false => Ok(()),
        }
    }

    fn write(&mut self) -> Result<(), Failure> {
        let piece = std::mem::replace(&mut self.piece, Piece::new(self.format, false)?);
        self.open.write(&piece.bytes()?, &self.next)
    }

    fn finish(mut self) -> Result<(), Failure> {
        self.write()?;
        self.open.finish()
    }

    fn leave(mut self) -> Result<(), Failure> {
        self.write()?;
        if let Some(part) = self.open.left() {
            let (readings, part) = (self.next.readings, part.display());
            remark(&format!(
                "Interrupted behind {readings} readings. {part} holds them; the same command goes on there."
            ))?;
        }
        Ok(())
    }
}

//! The settings of what is kept: where, for how long, and where it waits while the store is not there.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::tz::TimeZone;
use reqwest::Url;

use crate::{
    chain::chain,
    cluster_name::ClusterName,
    config::{
        error::{ConfigError, Problem},
        ground::Ground,
        origins::Origins,
    },
    period::calendar::Calendar,
    secret::Secret,
    store::{
        place::Place,
        retention::{Keep, Retention},
    },
};

const GRACE: Duration = Duration::from_secs(72 * 3_600);
const LEASE: Duration = Duration::from_secs(10);
/// A shorter one would be lost while its holder waits for the server.
const SHORTEST_LEASE: Duration = Duration::from_secs(2);
const QUEUE_SIZE: u64 = 64 << 20;
/// The longest month, and a day for the zones.
const MONTH: Duration = Duration::from_secs(32 * 24 * 3_600);

/// What is kept, where, and for how long.
#[derive(Clone, Debug)]
pub struct StoreSettings {
    /// Where the store is.
    pub place: Place,
    /// How long each kind is kept.
    pub retention: Retention,
    /// From the end of a month until it closes by itself.
    pub grace: Duration,
    /// Where months begin and end.
    pub zone: TimeZone,
    /// How long a cluster stays with an instance of which nothing is heard.
    pub lease: Duration,
    /// The file in which readings wait while the store is not there.
    pub queue: PathBuf,
    /// How many bytes may wait there.
    pub queue_size: u64,
}

impl StoreSettings {
    /// When months begin, end and close.
    pub fn calendar(&self) -> Calendar {
        Calendar::new(self.zone.clone(), self.grace)
    }
}

/// What commands need that look at what is kept and ask nobody.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The store.
    pub store: StoreSettings,
    /// The clusters by their names, in the order of the settings; empty where the settings name none.
    pub clusters: Vec<ClusterName>,
}

impl Kept {
    /// Reads it. Tokens, nodes and panels may be missing: nobody is asked.
    ///
    /// # Errors
    /// Every problem of what is read, at once.
    pub fn load(origins: &Origins) -> Result<Kept, ConfigError> {
        let (ground, mut problems) = Ground::load(origins)?;
        let store = store(&ground, &mut problems);
        let named = ground.file.cluster.iter().map(|it| it.name.as_deref());
        let variable = ground.variables.get("VSTORAGE_CLUSTER");
        let names = match ground.file.cluster.len() {
            0 | 1 => vec![variable.or(named.flatten().next())],
            _ => named.collect(),
        };
        let mut clusters = Vec::new();
        for (index, name) in names.into_iter().enumerate() {
            match name.map(str::parse) {
                None => {}
                Some(Ok(name)) => clusters.push(name),
                Some(Err(error)) => {
                    let path = format!("cluster[{index}].name");
                    let (written, why) = (&ground.file.written, format!("{error}"));
                    let problem =
                        written.problem(&ground.variables, "VSTORAGE_CLUSTER", &path, why);
                    problems.extend(problem);
                }
            }
        }
        match store {
            Some(store) if problems.is_empty() => Ok(Kept { store, clusters }),
            _ => Err(ConfigError { problems }),
        }
    }
}

/// The settings of the store on this ground; `None` where anything is wrong, all of which is told.
pub fn store(ground: &Ground, problems: &mut Vec<Problem>) -> Option<StoreSettings> {
    let mut of = Of { ground, problems };
    let (place, retention) = (of.place(), of.retention());
    let (zone, lease) = (of.zone(), of.lease());
    let (place, queue) = (place?, of.queue_file()?);
    let file = &ground.file.store;
    Some(StoreSettings {
        queue: queue.unwrap_or_else(|| of.queue(&place)),
        place,
        retention: retention?,
        grace: file.grace.unwrap_or(GRACE),
        zone: zone?,
        lease: lease?,
        queue_size: file.queue_size.unwrap_or(QUEUE_SIZE),
    })
}

struct Of<'a> {
    ground: &'a Ground,
    problems: &'a mut Vec<Problem>,
}

impl Of<'_> {
    fn place(&mut self) -> Option<Place> {
        let password = self.password();
        let variables = &self.ground.variables;
        let written = self.ground.file.store.url.as_deref();
        let place = match (variables.get("STORE_URL"), written) {
            (Some(url), _) => self.read(url, Path::new("")),
            (None, Some(url)) => {
                let base = self.base();
                self.read(url, &base)
            }
            (None, None) if self.ground.file.written.is_spoiled("store.url") => None,
            (None, None) => Some(Place::File(self.folder().join(self.named("db")))),
        };
        Some(match (place?, password?) {
            (Place::Server(server), Some(password)) => {
                Place::Server(Box::new(server.password(password.reveal())))
            }
            (place, _) => place,
        })
    }

    /// The place of this address; a relative one begins at this folder.
    fn read(&mut self, url: &str, base: &Path) -> Option<Place> {
        match url.parse() {
            Ok(Place::File(file)) => Some(Place::File(base.join(file))),
            Ok(Place::Server(_)) if self.tells_a_password(url) => None,
            Ok(server) => Some(server),
            Err(error) => self.wrong("STORE_URL", "store.url", error.to_string()),
        }
    }

    /// Whether the file holds a password, which a file of its own should hold.
    fn tells_a_password(&mut self, url: &str) -> bool {
        let of_file = self.ground.variables.get("STORE_URL").is_none();
        let holds = |url: Url| {
            let mut words = url.query_pairs();
            url.password().is_some() || words.any(|(name, _)| name == "password")
        };
        let tells = of_file && Url::parse(url).is_ok_and(holds);
        if tells {
            let why = "a password does not stand in the settings: write it into a file and name that as password_file, or set STORE_PASSWORD";
            self.wrong::<()>("", "store.url", why);
        }
        tells
    }

    /// The password of the server, where there is one; the outer `None` is one that cannot be read.
    fn password(&mut self) -> Option<Option<Secret>> {
        let (variable, path) = ("STORE_PASSWORD", "store.password_file");
        if let Some(secret) = self.ground.variables.secret(variable) {
            return Some(Some(secret.clone()));
        }
        let handed = || self.ground.credentials.file(None, "store-password");
        let named = self.ground.file.store.password_file.clone();
        match named.or_else(handed).as_deref().map(Secret::from_file) {
            None => Some(None),
            Some(Ok(secret)) => Some(Some(secret)),
            Some(Err(error)) => self.wrong(variable, path, chain(&error)),
        }
    }

    fn retention(&mut self) -> Option<Retention> {
        let (file, usual) = (&self.ground.file.store, Retention::default());
        let retention = Retention {
            readings: file.readings.unwrap_or(usual.readings),
            evidence: file.evidence.unwrap_or(usual.evidence),
            hours: file.hours.unwrap_or(usual.hours),
            days: file.days.unwrap_or(usual.days),
        };
        let month = MONTH.saturating_add(file.grace.unwrap_or(GRACE));
        if retention.readings.is_shorter(Keep::For(month)) {
            let why = "a month is made of its readings when its grace is over: keep them for 32 days and the grace at least";
            return self.wrong("", "store.readings", why);
        }
        for (path, keep) in [
            ("store.hours", retention.hours),
            ("store.days", retention.days),
        ] {
            if keep.is_shorter(retention.readings) {
                let why = "a roll-up is kept at least as long as the readings that it is made of";
                return self.wrong("", path, why);
            }
        }
        Some(retention)
    }

    fn zone(&mut self) -> Option<TimeZone> {
        let name = self.ground.file.store.billing_timezone.as_deref();
        match TimeZone::get(name.unwrap_or("UTC")) {
            Ok(zone) => Some(zone),
            Err(_) => {
                let why = "this machine knows no such time zone: write one such as \"UTC\" or \"Europe/Berlin\", and see that the package tzdata is there";
                self.wrong("", "store.billing_timezone", why)
            }
        }
    }

    fn lease(&mut self) -> Option<Duration> {
        let lease = self.ground.file.store.lease.unwrap_or(LEASE);
        match lease >= SHORTEST_LEASE {
            true => Some(lease),
            false => {
                let why = "a lease is 2s at least: it is renewed over the network, and lost where that takes longer";
                self.wrong("", "store.lease", why)
            }
        }
    }

    /// The file that is named, where one is; the outer `None` is one without a name.
    fn queue_file(&mut self) -> Option<Option<PathBuf>> {
        let queue = self.ground.file.store.queue.clone();
        match queue.as_deref() == Some(Path::new("")) {
            false => Some(queue),
            true => {
                let why = "the queue is a file: name one, or leave the line out for the usual one";
                self.wrong("", "store.queue", why)
            }
        }
    }

    /// Beside the file of the store, else in the folder of what we keep.
    fn queue(&self, place: &Place) -> PathBuf {
        match place {
            Place::File(file) => file.with_extension("queue"),
            Place::Server(_) => self.folder().join(self.named("queue")),
        }
    }

    /// The folder of what we keep: of systemd, else of the settings file, else where we are.
    fn folder(&self) -> PathBuf {
        self.ground.state.clone().unwrap_or_else(|| self.base())
    }

    /// The folder of the settings file.
    fn base(&self) -> PathBuf {
        let file = self.ground.file.written.file.as_deref();
        let folder = file.and_then(Path::parent);
        folder.unwrap_or(Path::new("")).to_owned()
    }

    /// Among files of others ours has our name.
    fn named(&self, extension: &str) -> String {
        match self.ground.state {
            Some(_) => format!("usage.{extension}"),
            None => format!("vhi-usage.{extension}"),
        }
    }

    fn wrong<T>(&mut self, variable: &str, path: &str, why: impl Into<String>) -> Option<T> {
        let (written, variables) = (&self.ground.file.written, &self.ground.variables);
        let problem = written.problem(variables, variable, path, why);
        self.problems.extend(problem);
        None
    }
}

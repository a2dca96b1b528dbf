//! What is kept, opened for a command that asks no peer.

use std::{future::Future, time::Duration};

use tokio::time::timeout;

use crate::{
    cli::exit::Failure,
    clock,
    cluster_name::ClusterName,
    config::{
        origins::Origins,
        store::{Kept, StoreSettings},
    },
    meter::window::Window,
    period::{closing, ledger::Ledger, month::Month},
    store::{opened::Store, place::Place},
};

/// A store that is there is open within this time.
const WITHIN: Duration = Duration::from_secs(30);

/// A store that is there answers a question within this time.
pub const ANSWERS: Duration = Duration::from_secs(60);

/// An open store, and the settings that name it.
#[derive(Debug)]
pub struct Archive {
    /// The store.
    pub store: Store,
    /// Its settings.
    pub settings: StoreSettings,
}

impl Archive {
    /// Opens the store of these settings, beside a service that may be writing to it. None is made where there is none.
    ///
    /// # Errors
    /// Where the settings are wrong, nothing has been kept yet, or the store cannot be reached.
    pub async fn open(origins: &Origins) -> Result<Archive, Failure> {
        let Kept {
            store: settings, ..
        } = Kept::load(origins)?;
        let place = &settings.place;
        if let Place::File(file) = place
            && !file.exists()
        {
            return Err(Failure::Unreached(format!(
                "{place}: nothing has been kept there yet: `serve` makes it, and url in [store] or STORE_URL says where it is"
            )));
        }
        let opened = timeout(WITHIN, Store::open(place)).await;
        let store = opened.map_err(|_| Failure::Silent(WITHIN))??;
        Ok(Archive { store, settings })
    }

    /// The months that are kept in it.
    pub fn ledger(&self) -> Ledger {
        Ledger {
            store: self.store.clone(),
            calendar: self.settings.calendar(),
        }
    }

    /// The seconds of a month of a cluster, as they were billed or will be; `None` where it has not begun, or nothing was
    /// kept so early.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn window(
        &self,
        cluster: &ClusterName,
        month: Month,
    ) -> Result<Option<Window>, Failure> {
        let closed = self.store.closed_month(cluster, &month.to_string()).await?;
        if let Some(closed) = closed {
            return Ok(Some(closed.window));
        }
        let newest = self.store.newest_closed(cluster).await?;
        let decided = newest.as_ref().map(closing::decided).transpose()?;
        let calendar = self.settings.calendar();
        let first = closing::first_open(&self.store, &calendar, cluster, decided).await?;
        let current = calendar.current(decided, clock::now());
        let is_one = first.is_some_and(|first| first <= month) && month <= current;
        Ok(is_one.then(|| calendar.window(month, decided)))
    }

    /// This cluster, or every one of which anything has been kept, in the order of their names.
    ///
    /// # Errors
    /// Where nothing has been kept of the one that is named, or the store cannot be read.
    pub async fn clusters(&self, named: Option<&ClusterName>) -> Result<Vec<ClusterName>, Failure> {
        let mut kept = in_time(self.store.clusters()).await?;
        // Each database has an order of its own for texts.
        kept.sort_by(|one, other| one.as_str().cmp(other.as_str()));
        match named {
            None => Ok(kept),
            Some(name) if kept.contains(name) => Ok(vec![name.clone()]),
            Some(name) => {
                let kept: Vec<&str> = kept.iter().map(ClusterName::as_str).collect();
                let kept = match kept.as_slice() {
                    [] => "none".to_owned(),
                    kept => kept.join(", "),
                };
                Err(Failure::Usage(format!(
                    "nothing has been kept of a cluster {name}; there are: {kept}"
                )))
            }
        }
    }
}

/// What comes of asking the store, in time.
///
/// # Errors
/// Those of what is asked; `Silent`.
pub async fn in_time<T, E>(asked: impl Future<Output = Result<T, E>>) -> Result<T, Failure>
where
    Failure: From<E>,
{
    let answered = timeout(ANSWERS, asked).await;
    Ok(answered.map_err(|_| Failure::Silent(ANSWERS))??)
}

/// That a month is none of these clusters, in words.
pub fn no_month(month: Month, clusters: &[ClusterName]) -> String {
    let names: Vec<&str> = clusters.iter().map(ClusterName::as_str).collect();
    let names = match names.as_slice() {
        [] => "any cluster".to_owned(),
        names => names.join(", "),
    };
    format!("{month} is no month of {names}: nothing was kept so early, or it has not begun")
}

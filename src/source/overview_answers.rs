//! What the panel's answers mean together: its list of clusters, the overview of one of them, and its licence.

use jiff::Timestamp;
use serde_json::Value;

use crate::{
    cluster_name::ClusterName,
    panel::error::PanelError,
    reading::{Source, StorageReading},
    source::{
        cluster_list::{self, Listed, NotListed},
        error::SourceError,
        exact::{Unusable, word},
        odd::Odd,
        overview_body,
        question::Question,
        transcript::{NoTranscript, Transcript},
    },
    vstorage::servers,
    web::teller::Teller,
};

/// The answers of a panel, of which one cluster is meant.
#[derive(Clone, Copy, Debug)]
pub struct Answers<'a> {
    /// Who gave them.
    pub teller: Teller<'a>,
    /// The cluster that was asked for.
    pub cluster: &'a ClusterName,
    /// What was given.
    pub heard: &'a Transcript,
}

impl Answers<'_> {
    /// What the panel's list says of the cluster, which must know its own state.
    ///
    /// # Errors
    /// When the list does not say which cluster it is, or the figures would not be complete.
    pub fn listed(&self) -> Result<Listed, SourceError> {
        let (path, list) = self.json(Question::Clusters)?;
        let listed = cluster_list::find(&list, self.cluster.as_str());
        let listed = listed.map_err(|why| match why {
            NotListed::Unusable(why) => self.unusable(path, why),
            NotListed::Others(names) => self.other(path, names),
        })?;
        match listed
            .status
            .as_deref()
            .filter(|it| servers::is_unknown(it))
        {
            Some(status) => Err(SourceError::NotSettled {
                place: format!("panel {}", self.teller.url),
                status: status.to_owned(),
            }),
            None => Ok(listed),
        }
    }

    /// The overview, which must be of this id, and of the cluster that was asked for where it says of which it is.
    ///
    /// # Errors
    /// When it is of another one.
    pub fn overview(&self, id: &str) -> Result<Value, SourceError> {
        let (path, overview) = self.json(Question::Overview)?;
        let name = overview.get("name").and_then(Value::as_str);
        if let Some(name) = name.filter(|name| *name != self.cluster.as_str()) {
            return Err(self.other(path, name.to_owned()));
        }
        let shown = overview.get("id").and_then(word);
        match shown.filter(|shown| shown != id) {
            Some(shown) => Err(self.other(path, format!("the one with id {shown}"))),
            None => Ok(overview),
        }
    }

    /// What they mean, and what of them is not as it should be. The licence may not have been given.
    ///
    /// # Errors
    /// When they do not belong to the cluster, or its space cannot be billed.
    pub fn understand(&self, at: Timestamp) -> Result<(StorageReading, Vec<Odd>), SourceError> {
        let Listed { id, status } = self.listed()?;
        let overview = self.overview(&id)?;
        let license = match self.heard.answer(Question::License) {
            Ok(_) => Some(self.json(Question::License)?.1),
            Err(_) => None,
        };
        let read = overview_body::reading(&overview, license.as_ref(), at);
        let (path, _) = self.answer(Question::Overview)?;
        let (reading, odd) = read.map_err(|why| self.unusable(path, why))?;
        let reading = StorageReading {
            cluster_status: status,
            ..reading
        };
        Ok((reading, odd))
    }

    fn json(&self, question: Question) -> Result<(&str, Value), SourceError> {
        let (path, body) = self.answer(question)?;
        let json = self.teller.json(path, body.as_bytes());
        Ok((path, json.map_err(PanelError::from)?))
    }

    fn answer(&self, question: Question) -> Result<(&str, &str), SourceError> {
        self.heard.answer(question).map_err(kept)
    }

    fn other(&self, path: &str, found: String) -> SourceError {
        SourceError::OtherPanel {
            url: self.teller.url.to_owned(),
            path: path.to_owned(),
            asked: self.cluster.to_string(),
            found,
        }
    }

    fn unusable(&self, path: &str, source: Unusable) -> SourceError {
        SourceError::Overview {
            url: self.teller.url.to_owned(),
            path: path.to_owned(),
            source,
        }
    }
}

fn kept(source: NoTranscript) -> SourceError {
    SourceError::Kept {
        source_name: Source::Overview.name(),
        source,
    }
}

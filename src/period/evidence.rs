//! One kept reading held against the text that it was read from: its name, its text, and its figures.

use crate::{
    amount::Amount,
    chain::chain,
    cluster_name::ClusterName,
    keeper::entries,
    meter::quantity::Quantity,
    period::replay,
    store::{
        entry::{self, Stored},
        error::StoreError,
        opened::Store,
    },
};

/// Figures of a reading.
pub type Figures = Vec<(Quantity, Amount)>;

/// What is to be said of a reading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// What is wrong.
    pub wrong: Vec<String>,
    /// Whether its text is kept no longer, so that nothing can be said of its figures.
    pub pruned: bool,
}

/// Looks at a reading. `revised` are the figures that it was revised to, where its month was closed.
///
/// # Errors
/// The store's, where it cannot be read; what is damaged is told.
pub async fn judge(
    store: &Store,
    cluster: &ClusterName,
    stored: &Stored,
    revised: Option<&Vec<Figures>>,
) -> Result<Judged, StoreError> {
    let Stored { entry, .. } = stored;
    let mut judged = Judged::default();
    let name = entry::id(cluster, entry.origin.source, entry.at, &entry.text);
    if name != entry.id {
        let what = "its name is not that of its source, its time and its text";
        judged.wrong.push(what.to_owned());
    }
    let text = match store.text(&entry.text).await {
        Ok(Some(text)) => text,
        Ok(None) => {
            let oldest = store.oldest_text().await?;
            // Texts go in the order of their times.
            judged.pruned = oldest.is_none_or(|oldest| entry.at.as_millisecond() <= oldest);
            if !judged.pruned {
                let what = "its text is gone, and older ones are still kept";
                judged.wrong.push(what.to_owned());
            }
            return Ok(judged);
        }
        Err(error @ StoreError::Damaged(_)) => {
            judged.wrong.push(chain(&error));
            return Ok(judged);
        }
        Err(error) => return Err(error),
    };
    let figures = match replay::figures(entry, &text) {
        Ok((_, figures)) => figures,
        Err(error) => {
            let what = format!("its text cannot be read: {}", chain(&error));
            judged.wrong.push(what);
            return Ok(judged);
        }
    };
    if figures != entry.figures && !revised.is_some_and(|all| all.contains(&figures)) {
        let parser = entry.origin.parser.as_str();
        judged.wrong.push(match parser == entries::PARSER {
            true => "its figures are not those of its text".to_owned(),
            false => format!(
                "its figures, read by {parser}, are not those of its text, as {} reads it: `replay` shows them",
                entries::PARSER
            ),
        });
    }
    Ok(judged)
}

//! The licence, asked for beside the overview and never in its way.
//!
//! ```text
//! GET /api/v2/1/license, or /api/v2/1/license/as where the panel has another brand
//! ```

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{task::JoinHandle, time::timeout};
use zeroize::Zeroizing;

use crate::{
    chain::chain,
    cluster_name::ClusterName,
    lock,
    panel::{error::PanelError, session::Session},
    reason::Code,
};

/// For so long whoever has the overview waits for the licence.
const WAIT: Duration = Duration::from_secs(1);

/// The licence of one cluster.
#[derive(Debug)]
pub struct Licence {
    session: Arc<Session>,
    cluster: ClusterName,
    asking: Mutex<Option<Asking>>,
    /// Why it was not given last time.
    missing: Mutex<Option<Code>>,
}

/// What was asked for, and the body of the answer, which is JSON.
pub type Told = (String, Zeroizing<Vec<u8>>);

/// A question that is under way. It is a task of its own: a login that it needs is not lost with the wait.
#[derive(Debug)]
struct Asking {
    id: String,
    answer: JoinHandle<Result<Told, PanelError>>,
}

impl Drop for Asking {
    fn drop(&mut self) {
        self.answer.abort();
    }
}

impl Licence {
    /// The licence of this cluster, from the panel behind this session.
    pub fn new(session: Arc<Session>, cluster: ClusterName) -> Licence {
        Licence {
            session,
            cluster,
            asking: Mutex::default(),
            missing: Mutex::default(),
        }
    }

    /// Asks for it by the cluster's id, unless the last question is still under way.
    pub fn ask(&self, id: &str) {
        let mut asking = lock::held(&self.asking);
        let open = |it: &Asking| it.id == id && !it.answer.is_finished();
        if !asking.as_ref().is_some_and(open) {
            let answer = answer(Arc::clone(&self.session), format!("/api/v2/{id}/license"));
            *asking = Some(Asking {
                id: id.to_owned(),
                answer: tokio::spawn(answer),
            });
        }
    }

    /// The answer, if it comes at once. Whether there is one is said at each change.
    pub async fn answer(&self) -> Option<Told> {
        let mut asking = lock::held(&self.asking).take()?;
        match timeout(WAIT, &mut asking.answer).await {
            Ok(Ok(Ok(license))) => {
                self.tell(None, None);
                Some(license)
            }
            Ok(Ok(Err(error))) => {
                self.tell(Some(error.code()), Some(chain(&error)));
                None
            }
            // The task was ended with everything else.
            Ok(Err(_)) => None,
            Err(_) => {
                *lock::held(&self.asking) = Some(asking);
                self.tell(Some(Code::PanelTimeout), None);
                None
            }
        }
    }

    fn tell(&self, code: Option<Code>, why: Option<String>) {
        let before = std::mem::replace(&mut *lock::held(&self.missing), code);
        match code {
            Some(code) if before != Some(code) => {
                tracing::warn!(
                    cluster = %self.cluster, code = code.name(),
                    error = why.as_deref().unwrap_or("no answer by the time that the overview was there"),
                    "the panel gives no licence; its figures are served as null"
                );
            }
            None if before.is_some() => {
                tracing::info!(cluster = %self.cluster, "the panel gives the licence again");
            }
            _ => {}
        }
    }
}

async fn answer(session: Arc<Session>, mut path: String) -> Result<Told, PanelError> {
    let body = match session.get(&path).await {
        // Where the panel has the Acronis brand, it is here.
        Err(error) if error.status() == Some(404) => {
            path.push_str("/as");
            session.get(&path).await
        }
        answer => answer,
    }?;
    session.teller().json(&path, &body)?;
    Ok((path, body))
}

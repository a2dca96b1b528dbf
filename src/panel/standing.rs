//! How we stand with the panel: the session of the last login, which paths it refused there, and how often
//! it refused the login itself.
//!
//! A 401 has two meanings. The session may have ended; a login renews it. Or the panel does not give that
//! path to this user; a login changes nothing, and the other paths are answered as before. They are told
//! apart by a session that is young and that nobody else has used: where that is refused, the path is.

use std::{collections::HashSet, time::Duration};

use reqwest::{Response, StatusCode};
use tokio::time::Instant;

use crate::{
    breaker::Breakers,
    panel::{login::Credentials, shut::Shut},
    reason::Code,
    web::{
        error::WebError,
        left_alone::LeftAlone,
        peer::Peer,
        refusals::{Refusal, Refusals},
    },
};

/// For so long after its login no session ends by itself.
const YOUNG: Duration = Duration::from_secs(15);

/// After so many logins in a row that nobody answered it is as if the last had been refused.
const UNHEARD: u32 = 3;

/// What all callers of one session share.
#[derive(Debug)]
pub struct Standing {
    kept: Option<Kept>,
    logins: u64,
    refusals: Refusals<Shut>,
    /// Logins in a row that nobody answered.
    unheard: u32,
    /// When the last of them ended, and how.
    last_unheard: Option<(Instant, WebError)>,
    /// The paths that are left alone.
    paths: LeftAlone<()>,
}

/// The session that callers share.
#[derive(Debug)]
struct Kept {
    credentials: Credentials,
    login: u64,
    since: Instant,
    /// Requests that it may have served: all but those that were answered with 401.
    served: u64,
    /// Places that were answered with 401 in it.
    refused: HashSet<String>,
    /// Whether it refused somebody while nobody else had used it.
    refuses: bool,
}

/// A session for one request.
#[derive(Debug)]
pub struct Lent {
    /// What to show.
    pub credentials: Credentials,
    login: u64,
    since: Instant,
}

impl Standing {
    /// No session yet. What is left alone is shown there.
    pub fn new(breakers: Breakers) -> Standing {
        Standing {
            kept: None,
            logins: 0,
            refusals: Refusals::new(Peer::Panel.word(), breakers.clone()),
            unheard: 0,
            last_unheard: None,
            paths: LeftAlone::by(Peer::Panel, breakers),
        }
    }

    /// The session that is there, for a request to this place; `None` where there is none, where it is over,
    /// or where it was answered with 401 there.
    pub fn lend(&mut self, place: &str) -> Option<Lent> {
        let kept = self.kept.as_mut()?;
        if kept.credentials.expired() || kept.refused.contains(place) {
            return None;
        }
        kept.served += 1;
        Some(Lent {
            credentials: kept.credentials.clone(),
            login: kept.login,
            since: kept.since,
        })
    }

    /// Whether the session that is there is too young to have ended.
    pub fn is_young(&self) -> bool {
        let kept = self.kept.as_ref();
        kept.is_some_and(|kept| kept.since.elapsed() < YOUNG)
    }

    /// Notes a login, whose session nobody knows of but the one who gets it here.
    pub fn begin(&mut self, credentials: Credentials) -> Lent {
        self.refusals.accept();
        self.logins += 1;
        Lent {
            credentials,
            login: self.logins,
            since: Instant::now(),
        }
    }

    /// From now on all callers share the session of this request.
    pub fn share(&mut self, lent: &Lent) {
        if self.kept.as_ref().is_none_or(|it| it.login < lent.login) {
            self.kept = Some(Kept {
                credentials: lent.credentials.clone(),
                login: lent.login,
                since: lent.since,
                served: 1,
                refused: HashSet::new(),
                refuses: false,
            });
        }
    }

    /// The session that callers share, if it is this one.
    fn same(&mut self, lent: &Lent) -> Option<&mut Kept> {
        self.kept.as_mut().filter(|kept| kept.login == lent.login)
    }

    /// Notes an answer in this session other than 401, and the cookie that it may have set anew.
    pub fn serve(&mut self, lent: &Lent, response: &Response) {
        if response.status().is_success()
            && let Some(kept) = self.same(lent)
            && let Some(renewed) = kept.credentials.renewed(response)
        {
            kept.credentials = renewed;
        }
    }

    /// Notes a 401 in this session, and says whether it is the place that is refused, and not the session.
    pub fn refuse_in(&mut self, lent: &Lent, place: &str) -> bool {
        let Some(kept) = self.same(lent) else {
            return false;
        };
        kept.served = kept.served.saturating_sub(1);
        kept.refused.insert(place.to_owned());
        let young = kept.since.elapsed() < YOUNG;
        kept.refuses |= young && kept.served == 0;
        young && kept.refuses
    }

    /// The refusal after which it is still too early for another login.
    pub fn refused(&self) -> Option<Refusal<Shut>> {
        self.refusals.standing()
    }

    /// Notes that the panel refused a login. The session that is there may go on.
    pub fn refuse(&mut self, status: StatusCode) -> Refusal<Shut> {
        let why = Shut::Refused(status.as_u16());
        self.refusals.refuse(why, Code::AuthRefused)
    }

    /// Notes that a login was sent and nobody answered. Whoever does not answer may have refused it, so that the
    /// third in a row and each one behind it counts as a refusal, which comes back. Those before it do not: a panel
    /// that hangs for a moment is asked again at once.
    pub fn unheard(&mut self, error: WebError) -> Option<Refusal<Shut>> {
        self.unheard = self.unheard.saturating_add(1);
        let (code, in_a_row) = (error.code(), self.unheard);
        self.last_unheard = Some((Instant::now(), error.clone()));
        if in_a_row < UNHEARD {
            self.refusals.unheard();
            return None;
        }
        let why = Shut::Unheard { error, in_a_row };
        Some(self.refusals.refuse(why, code))
    }

    /// What became of a login that nobody answered while we waited for it, who came at that time.
    pub fn unheard_since(&self, came: Instant) -> Option<WebError> {
        let (ended, error) = self.last_unheard.as_ref()?;
        (*ended > came).then(|| error.clone())
    }

    /// Notes that a login was answered as one that is accepted, perhaps without a session in the answer.
    pub fn heard(&mut self) {
        self.unheard = 0;
        self.last_unheard = None;
        self.refusals.unheard();
    }

    /// The refusal after which it is still too early to ask for this path again.
    pub fn left_alone(&self, path: &str) -> Option<Refusal<()>> {
        self.paths.standing(path)
    }

    /// Notes that this path is refused, by whoever says so first.
    pub fn leave_alone(&mut self, path: &str) -> Refusal<()> {
        self.paths.refuse(path, (), Code::AuthRefused)
    }

    /// Notes that this path is answered.
    pub fn answered(&mut self, path: &str) {
        self.paths.accept(path);
    }

    /// Notes that a login came to nothing and says nothing of the password.
    pub fn failed(&mut self) {
        self.refusals.unheard();
    }

    /// Notes that this path had no answer.
    pub fn unheard_at(&mut self, path: &str) {
        self.paths.unheard(path);
    }
}

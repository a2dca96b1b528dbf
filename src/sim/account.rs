//! Who may log in at a panel, and what a login says.

use std::fmt;

use hyper::{HeaderMap, StatusCode, header::CONTENT_TYPE};
use serde_json::{Value, json};

use crate::sim::{
    counts::count,
    error::SimError,
    fault::Fault,
    http::{Answer, json, refusal},
    keys,
    scenario::Scenario,
};

/// The domain of everybody.
pub(crate) const DOMAIN: &str = "default";

/// Who may log in.
pub(crate) struct Account {
    pub(crate) username: String,
    pub(crate) password: String,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut account = f.debug_struct("Account");
        account.field("username", &self.username);
        account.field("password", &"***").finish()
    }
}

impl Account {
    /// The body for a login that is granted, or the answer to one that is not.
    pub(crate) fn admit(
        &self,
        scenario: &Scenario,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Result<Value, Answer>, SimError> {
        count(&scenario.tally.login_attempts);
        let is_json = headers
            .get(CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
        let login = serde_json::from_slice::<Value>(body).unwrap_or_default();
        let word = |key: &str| login.get(key).and_then(Value::as_str);
        let (Some(username), Some(password), true) = (word("username"), word("password"), is_json)
        else {
            let fields = json!({ "username": "required", "password": "required" });
            let body = json!({ "error": { "fields": fields } });
            return Ok(Err(json(StatusCode::BAD_REQUEST, &body)));
        };
        let domain = word("domain").unwrap_or(DOMAIN);
        if scenario.is_locked() {
            return Ok(Err(refusal(StatusCode::LOCKED, "The account is locked")));
        }
        let refused = || refusal(StatusCode::UNAUTHORIZED, "Wrong user name or password");
        if scenario.shows(Fault::PanelLoginRefused) {
            return Ok(Err(refused()));
        }
        let right = username == self.username
            && password == self.password
            && domain.eq_ignore_ascii_case(DOMAIN);
        scenario.note_password(right);
        if !right {
            return Ok(Err(refused()));
        }
        count(&scenario.tally.logins);
        let token = keys::random_word()?;
        scenario.tally.handed_out.note(&token);
        Ok(Ok(json!({
            "id": "7d4a1c9be2f84b0aa3c5d6e7f8091a2b",
            "name": username,
            "domain_id": DOMAIN,
            "project_id": null,
            "token": "unscoped",
            "scoped_token": token,
        })))
    }
}

//! The entrance of the panel: one login, and what its answer means.
//!
//! ```text
//! POST /api/v2/login   {"username": …, "password": …, "domain": …}   ->   Set-Cookie: session=…
//! ```

use hyper::body::Bytes;
use reqwest::{Response, StatusCode};

use crate::{
    panel::login::{self, Credentials, SessionCookie},
    web::{
        error::WebError,
        handed::{self, Unanswered},
        http::Http,
    },
};

const PATH: &str = "/api/v2/login";

/// How a login ended.
#[derive(Debug)]
pub enum End {
    /// It was answered as one that is accepted, with a session, or with nothing that we can use as one.
    Accepted(Result<Credentials, WebError>),
    /// It was refused with this status.
    Refused(StatusCode),
    /// The password was sent, and no answer came: whether it was refused is not known.
    Unheard(WebError),
    /// The password was not sent, or the answer says nothing of it.
    Failed(WebError),
}

/// One login with this body, for the session of this number.
pub async fn log_in(http: &Http, index: Option<u32>, body: Bytes) -> End {
    let response = match handed::post(http, PATH, login::headers(index), body).await {
        Ok(response) => response,
        Err(Unanswered::Unsent(error)) => return End::Failed(error),
        Err(Unanswered::Unheard(error)) => return End::Unheard(error),
    };
    let status = response.status();
    match status {
        StatusCode::OK | StatusCode::CREATED => {
            End::Accepted(credentials(http, index, response).await)
        }
        // The panel is not well, or is another place; that says nothing of the password.
        _ if status.is_server_error() || status == StatusCode::NOT_FOUND => {
            End::Failed(http.status(PATH, status))
        }
        // Wrong, forbidden, locked or sent elsewhere: which status means a wrong password is not
        // documented, so none of them is repeated soon.
        _ => End::Refused(status),
    }
}

/// The session that this answer gives.
async fn credentials(
    http: &Http,
    index: Option<u32>,
    response: Response,
) -> Result<Credentials, WebError> {
    let cookie = SessionCookie::of(&response, index).ok_or_else(|| {
        http.shape(
            PATH,
            "it sets no session cookie: is that the address of the panel itself?".to_owned(),
        )
    })?;
    let mut body = http.json(PATH, response).await?;
    let credentials = Credentials::new(cookie, index, &mut body);
    tracing::debug!(panel = http.url(), "logged in to the panel");
    Ok(credentials)
}

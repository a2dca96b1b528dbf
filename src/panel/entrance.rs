//! The entrance of the panel: one login, and what its answer means.
//!
//! ```text
//! POST /api/v2/login   {"username": …, "password": …, "domain": …}   ->   Set-Cookie: session=…
//! ```

use hyper::body::Bytes;
use reqwest::StatusCode;

use crate::{
    panel::{
        error::PanelError,
        login::{self, Credentials, SessionCookie},
    },
    web::http::Http,
};

const PATH: &str = "/api/v2/login";

/// One login with this body, for the session of this number; the inner error is the status with which the
/// panel refused it.
///
/// # Errors
/// When the panel gave no answer, or one that says nothing of the password.
pub async fn log_in(
    http: &Http,
    index: Option<u32>,
    body: Bytes,
) -> Result<Result<Credentials, StatusCode>, PanelError> {
    let headers = login::headers(index);
    let response = http.send(PATH, headers, Some(body)).await?;
    let status = response.status();
    match status {
        StatusCode::OK | StatusCode::CREATED => {}
        // The panel is not well, or is another place; that says nothing of the password.
        _ if status.is_server_error() || status == StatusCode::NOT_FOUND => {
            return Err(http.status(PATH, status).into());
        }
        // Wrong, forbidden, locked or sent elsewhere: which status means a wrong password is not
        // documented, so none of them is repeated soon.
        _ => return Ok(Err(status)),
    }
    let cookie = SessionCookie::of(&response, index).ok_or_else(|| {
        http.shape(
            PATH,
            "it sets no session cookie: is that the address of the panel itself?".to_owned(),
        )
    })?;
    let mut body = http.json(PATH, response).await?;
    let credentials = Credentials::new(cookie, index, &mut body);
    tracing::debug!(panel = http.url(), "logged in to the panel");
    Ok(Ok(credentials))
}

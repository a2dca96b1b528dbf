//! One request in a session.

use reqwest::{Body, Response, header::HeaderMap};
use serde_json::Value;
use tokio::time::Instant;

use crate::{
    panel::{error::PanelError, login::Credentials},
    web::http::Http,
};

/// A request in a session: GET, or POST where there is a body.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The client that sends it, whose address is the panel's or below it.
    pub http: &'a Http,
    /// What is asked for there.
    pub path: &'a str,
    /// Headers beside those of the session.
    pub beside: Option<&'a HeaderMap>,
    /// When its caller came with it.
    pub came: Instant,
    /// A body in JSON.
    pub body: Option<&'a Value>,
}

impl<'a> Request<'a> {
    /// `GET path`.
    pub fn get(http: &'a Http, path: &'a str) -> Request<'a> {
        Request {
            http,
            path,
            came: Instant::now(),
            beside: None,
            body: None,
        }
    }

    /// `POST path` of a body.
    pub fn post(http: &'a Http, path: &'a str, body: &'a Value) -> Request<'a> {
        Request {
            body: Some(body),
            ..Request::get(http, path)
        }
    }

    /// Where it goes, without its query.
    pub fn place(&self) -> String {
        format!("{}{}", self.http.url(), self.http.asked(self.path))
    }

    /// Its body as it is sent.
    pub fn body(&self) -> Option<Body> {
        self.body.map(|body| body.to_string().into())
    }

    /// Sends it in this session; any status is an answer.
    ///
    /// # Errors
    /// When no answer came in time, or the session is none that a header can carry.
    pub async fn send(self, session: &Credentials) -> Result<Response, PanelError> {
        let odd = || {
            let why = "it gave a cookie or token that no header can carry".to_owned();
            self.http.shape("/api/v2/login", why)
        };
        let mut headers = session.headers().ok_or_else(odd)?;
        headers.extend(self.beside.cloned().unwrap_or_default());
        Ok(self.http.send(self.path, headers, self.body()).await?)
    }
}

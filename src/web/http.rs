//! One request to a peer and its whole answer, with a deadline, a cap, and no redirect followed.

use std::{error::Error, io, time::Duration};

use reqwest::{
    Body, Client, Method, Response, StatusCode,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue},
    redirect::Policy,
};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::{
    chain::chain,
    secret::Secret,
    web::{
        error::{TrustError, WebError, certificate_words},
        peer::Peer,
        sealed,
        teller::{self, Teller},
        trust::Trust,
    },
};

/// No answer that we ask for comes near it.
const BODY_LIMIT: usize = 4 << 20;

/// A client of one peer that knows of no session.
#[derive(Debug)]
pub struct Http {
    peer: Peer,
    url: String,
    client: Client,
    within: Duration,
}

impl Http {
    /// A client for the base address. Nothing is sent yet.
    ///
    /// # Errors
    /// When the CA file or the system's authorities cannot be used.
    pub fn new(peer: Peer, url: &str, trust: &Trust, within: Duration) -> Result<Http, TrustError> {
        // Also for an address without TLS: the client wants to know how it would speak it.
        let builder = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .timeout(within)
            .tcp_nodelay(true)
            .tls_backend_preconfigured(trust.client_config(peer)?);
        let client = builder.build().map_err(|error| TrustError::Client {
            peer,
            why: chain(&error),
        })?;
        Ok(Http {
            peer,
            url: url.trim_end_matches('/').to_owned(),
            client,
            within,
        })
    }

    /// The headers of a request that shows this login.
    pub fn headers(&self, login: &Login) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let shown = match login {
            Login::Nobody => None,
            Login::User(user, password) => sealed::basic(user, password),
            // What no header can carry is told with the settings, and here it lets nobody in.
            Login::Token(token) => sealed::header(&["Bearer ", token.reveal()]),
        };
        headers.extend(shown.map(|shown| (AUTHORIZATION, shown)));
        headers
    }

    /// Who is asked.
    pub fn peer(&self) -> Peer {
        self.peer
    }

    /// What was asked for, as an error says it: without its query, which is long and says little.
    pub fn asked(&self, path: &str) -> String {
        teller::bare(path)
    }

    /// Who answers here.
    pub fn teller(&self) -> Teller<'_> {
        Teller {
            peer: self.peer,
            url: &self.url,
        }
    }

    /// The peer's base address, for the errors.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Sends one request, GET, or POST where there is a body, in JSON; any status is an answer. A query may follow
    /// the path, behind its `?`.
    ///
    /// # Errors
    /// When no answer came in time, or its certificate is not trusted.
    pub async fn send(
        &self,
        path: &str,
        headers: HeaderMap,
        body: Option<Body>,
    ) -> Result<Response, WebError> {
        let url = format!("{}{path}", self.url);
        let method = if body.is_some() {
            Method::POST
        } else {
            Method::GET
        };
        let mut request = self.client.request(method, url).headers(headers);
        if let Some(body) = body {
            let json = HeaderValue::from_static("application/json");
            request = request.header(CONTENT_TYPE, json).body(body);
        }
        request
            .send()
            .await
            .map_err(|error| self.failed(path, error))
    }

    /// The JSON of an answer with a 2xx status.
    ///
    /// # Errors
    /// Any other status, a body that breaks off or is longer than any answer, and what is no JSON.
    pub async fn json(&self, path: &str, response: Response) -> Result<Value, WebError> {
        let body = self.whole(path, response).await?;
        self.parse(path, &body)
    }

    /// The body of an answer with a 2xx status.
    ///
    /// # Errors
    /// Any other status, and a body that breaks off or is longer than any answer.
    pub async fn whole(
        &self,
        path: &str,
        response: Response,
    ) -> Result<Zeroizing<Vec<u8>>, WebError> {
        if !response.status().is_success() {
            return Err(self.status(path, response.status()));
        }
        self.body(path, response).await
    }

    /// The body of an answer, whatever its status.
    ///
    /// # Errors
    /// A body that breaks off or is longer than any answer.
    pub async fn body(
        &self,
        path: &str,
        mut response: Response,
    ) -> Result<Zeroizing<Vec<u8>>, WebError> {
        // It may hold what lets us in. Of the length that is announced: what grows leaves copies behind.
        let announced = response.content_length().unwrap_or_default();
        let announced = usize::try_from(announced).unwrap_or(BODY_LIMIT);
        let mut body = Zeroizing::new(Vec::with_capacity(announced.min(BODY_LIMIT)));
        while let Some(part) = response
            .chunk()
            .await
            .map_err(|error| self.failed(path, error))?
        {
            if body.len() + part.len() > BODY_LIMIT {
                return Err(self.shape(
                    path,
                    format!(
                        "it is longer than {BODY_LIMIT} bytes, which no answer of {} is",
                        self.peer.any()
                    ),
                ));
            }
            body.extend_from_slice(&part);
        }
        Ok(body)
    }

    /// The JSON of a body.
    ///
    /// # Errors
    /// What is no JSON.
    pub fn parse(&self, path: &str, body: &[u8]) -> Result<Value, WebError> {
        self.teller().json(path, body)
    }

    /// A status that is no answer.
    pub fn status(&self, path: &str, status: StatusCode) -> WebError {
        WebError::Status {
            peer: self.peer,
            url: self.url.clone(),
            path: self.asked(path),
            status: status.as_u16(),
        }
    }

    /// An answer that is not what it should be.
    pub fn shape(&self, path: &str, why: String) -> WebError {
        self.teller().shape(path, why)
    }

    fn failed(&self, path: &str, error: reqwest::Error) -> WebError {
        let (peer, url) = (self.peer, self.url.clone());
        if error.is_timeout() {
            return WebError::Timeout {
                peer,
                url,
                path: self.asked(path),
                within: self.within,
            };
        }
        if let Some(why) = find::<rustls::Error>(&error)
            && matches!(why, rustls::Error::InvalidCertificate(_))
        {
            return WebError::Certificate {
                peer,
                url,
                why: certificate_words(why),
            };
        }
        match find::<io::Error>(&error).map(io::Error::kind) {
            Some(io::ErrorKind::ConnectionRefused) => WebError::Refused { peer, url },
            // The layers above name the whole address, and each other.
            _ => WebError::Connect {
                peer,
                url,
                path: self.asked(path),
                why: said(&error),
            },
        }
    }
}

/// What a request shows to be let in.
#[derive(Clone, Debug)]
pub enum Login {
    /// Nothing.
    Nobody,
    /// A user and the user's password.
    User(String, Secret),
    /// A token.
    Token(Secret),
}

/// What went wrong, in the words of the last cause.
pub fn said(error: &(dyn Error + 'static)) -> String {
    if let Some(rustls::Error::InvalidMessage(_)) = find(error) {
        return "what listens there speaks no TLS".to_owned();
    }
    error.source().map_or_else(|| error.to_string(), said)
}

/// The first cause of this type. An I/O error hides the one that it carries from `source`, so that
/// is looked into as well.
fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    if let Some(found) = error.downcast_ref::<E>() {
        return Some(found);
    }
    let inner = error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref);
    inner
        .and_then(|inner| find::<E>(inner))
        .or_else(|| error.source().and_then(find::<E>))
}

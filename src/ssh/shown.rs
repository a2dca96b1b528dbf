//! The host keys that an SSH server shows, asked for without a login.
//!
//! A server shows one key in a handshake, of a type that both sides know. So each type is asked for in
//! a connection of its own, which ends when the key was shown and the server has proved that it holds
//! it. No user is named and nothing is authenticated.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use russh::{
    Error, client,
    keys::{PublicKey, PublicKeyOrCertificate},
};
use tokio::{
    net::TcpStream,
    time::{Instant, timeout_at},
};

use crate::{
    lock,
    ssh::{
        closer::Closer,
        error::ConnectFailure,
        login,
        offer::{Offer, has_no_such_key},
        place::Place,
    },
};

/// Every host key of the server, at most one of each type; each connection may take so long.
///
/// # Errors
/// When the server cannot be reached or speaks no SSH that we can speak.
pub async fn host_keys(place: &Place, within: Duration) -> Result<Vec<PublicKey>, NotShown> {
    let mut keys = Vec::new();
    for offer in Offer::each_type() {
        let key = host_key(place, offer, within).await;
        keys.extend(key.map_err(|why| NotShown {
            place: place.clone(),
            why,
        })?);
    }
    match keys.is_empty() {
        true => Err(NotShown {
            place: place.clone(),
            why: ConnectFailure::Handshake(Error::UnknownKey.into()),
        }),
        false => Ok(keys),
    }
}

/// The key of the type that is asked for; `None` where the server has none.
async fn host_key(
    place: &Place,
    offer: Offer,
    within: Duration,
) -> Result<Option<PublicKey>, ConnectFailure> {
    let deadline = Instant::now() + within;
    let late = |_| ConnectFailure::Timeout(within);
    let config = login::config(offer);
    let stream = timeout_at(deadline, TcpStream::connect((place.host(), place.port())))
        .await
        .map_err(late)?
        .map_err(ConnectFailure::of)?;
    // Without it a handshake that stands still would stay for ever.
    let (stream, _closer) = Closer::split(stream).map_err(ConnectFailure::of)?;
    let seen = Seen::default();
    let connecting = client::connect_stream(Arc::new(config), stream, seen.clone());
    let end = timeout_at(deadline, connecting).await.map_err(late)?;
    if let Some(key) = seen.take() {
        return Ok(Some(key));
    }
    match end {
        Err(error) if has_no_such_key(&error) => Ok(None),
        Err(error) => Err(ConnectFailure::Handshake(error.into())),
        // No handshake ends well without a key.
        Ok(_) => Err(ConnectFailure::Handshake(Error::UnknownKey.into())),
    }
}

/// Keeps the key that is shown, and ends the handshake there.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Option<PublicKey>>>);

impl Seen {
    fn take(&self) -> Option<PublicKey> {
        let mut key = lock::held(&self.0);
        key.take()
    }
}

impl client::Handler for Seen {
    type Error = Error;

    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, Error> {
        let mut key = lock::held(&self.0);
        *key = Some(shown.public_key());
        Ok(false)
    }
}

/// The server showed no key.
#[derive(Debug, thiserror::Error)]
#[error("{place}: cannot connect")]
pub struct NotShown {
    place: Place,
    #[source]
    why: ConnectFailure,
}

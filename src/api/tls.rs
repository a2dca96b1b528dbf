//! TLS of our own HTTP side: one set-up for all connections, exchanged as a whole when the files are read
//! anew.
//!
//! TLS 1.2 and 1.3. A caller that comes back resumes its session by a ticket; an exchange ends the
//! tickets of before, and no connection.

use std::sync::{Arc, PoisonError, RwLock};

use rustls::{
    ServerConfig,
    crypto::ring::{self, Ticketer},
    sign::SingleCertAndKey,
};

use crate::{
    api::certificate::{Certificate, CertificateError, Files},
    chain::chain,
    clock,
};

/// The set-up in force. Clones share it.
#[derive(Clone, Debug)]
pub struct Tls {
    files: Files,
    newest: Arc<RwLock<Arc<ServerConfig>>>,
    notice: Option<String>,
}

impl Tls {
    /// With what the files hold now.
    ///
    /// # Errors
    /// When they cannot be used.
    pub fn load(files: Files) -> Result<Tls, TlsError> {
        let certificate = files.read()?;
        let notice = certificate.notice(clock::now());
        let newest = Arc::new(RwLock::new(Arc::new(server_config(certificate)?)));
        Ok(Tls {
            files,
            newest,
            notice,
        })
    }

    /// What the operator should know of the certificate's time, as it was at the start.
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    /// For a connection that begins now.
    pub fn newest(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.newest.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the files anew. Connections from now on get what they hold; where that cannot be used,
    /// everything stays as it is. Either is logged.
    pub fn reload(&self) {
        let read = self.files.read().map_err(TlsError::from);
        let exchanged = read.and_then(|certificate| {
            let (sha256, ends) = (certificate.sha256.clone(), certificate.ends);
            let notice = certificate.notice(clock::now());
            let config = Arc::new(server_config(certificate)?);
            *self.newest.write().unwrap_or_else(PoisonError::into_inner) = config;
            Ok((sha256, ends, notice))
        });
        match exchanged {
            Ok((sha256, ends, notice)) => {
                let ends = clock::rfc3339(ends);
                tracing::info!(sha256, ends, "certificate and key were read anew");
                if let Some(notice) = notice {
                    tracing::warn!("{notice}");
                }
            }
            Err(error) => {
                let error = chain(&error);
                tracing::error!(error, "certificate and key stay as they were");
            }
        }
    }
}

fn server_config(certificate: Certificate) -> Result<ServerConfig, rustls::Error> {
    let pair = Arc::new(SingleCertAndKey::from(certificate.pair));
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(pair);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.ticketer = Ticketer::new()?;
    Ok(config)
}

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The files cannot be used.
    #[error(transparent)]
    Files(#[from] CertificateError),
    /// The library gives nothing, for want of randomness above all.
    #[error("TLS cannot be set up on this machine")]
    Library(#[from] rustls::Error),
}

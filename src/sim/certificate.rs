//! The panel's own certificate: self-signed, as a panel has it after its installation.

use std::sync::Arc;

use rcgen::{CertificateParams, DnType, KeyPair};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use sha2::{Digest, Sha256};

use crate::{hex, sim::error::SimError};

/// A certificate, and the TLS set-up of a server that shows it.
#[derive(Debug)]
pub(crate) struct Certificate {
    pub(crate) pem: String,
    /// SHA-256 of its DER, in lower-case hex.
    pub(crate) sha256: String,
    pub(crate) tls: Arc<ServerConfig>,
}

/// Makes a certificate for this machine's loopback.
pub(crate) fn create() -> Result<Certificate, SimError> {
    let names = ["127.0.0.1", "localhost"].map(str::to_owned);
    let mut params = CertificateParams::new(names)?;
    params
        .distinguished_name
        .push(DnType::CommonName, "vhi-usage simulator");
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let mut tls = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)?;
    tls.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Certificate {
        pem: certificate.pem(),
        sha256: hex::lower(&Sha256::digest(certificate.der())),
        tls: Arc::new(tls),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_comes_with_its_fingerprint() {
        let certificate = create().unwrap();
        assert!(certificate.pem.starts_with("-----BEGIN CERTIFICATE-----"));
        assert_eq!(certificate.sha256.len(), 64);
    }
}

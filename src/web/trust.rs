//! Which certificate a peer may show: one of a CA, a pinned one, or any, by an explicit choice.

use std::{fmt, path::PathBuf, str::FromStr, sync::Arc};

use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
};
use rustls_platform_verifier::Verifier as System;
use sha2::{Digest, Sha256};

use crate::{
    hex, unreadable,
    web::{error::TrustError, peer::Peer},
};

/// How a peer's certificate is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// By the certificate authorities of the system.
    System,
    /// By the authorities in a PEM file.
    CaFile(PathBuf),
    /// It is this one; its name and chain do not matter.
    Pinned(Pin),
    /// Not at all. Whoever chooses this is warned at every start.
    Anything,
}

/// The SHA-256 of a certificate in DER.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Pin([u8; 32]);

impl Pin {
    /// The pin of a certificate.
    pub fn of(der: &[u8]) -> Pin {
        Pin(Sha256::digest(der).into())
    }
}

impl FromStr for Pin {
    type Err = PinError;

    /// Hex of either case, with or without colons.
    fn from_str(text: &str) -> Result<Pin, PinError> {
        let digits = text.replace(':', "");
        hex::sha256(&digits).map(Pin).ok_or(PinError)
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex::write(&self.0, f)
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is no SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "it must be a SHA-256 in hex, 64 digits with or without colons, as `openssl x509 -noout -fingerprint -sha256` prints it"
)]
pub struct PinError;

impl Trust {
    /// TLS towards this peer.
    ///
    /// # Errors
    /// When the CA file or the system's authorities cannot be used.
    pub fn client_config(&self, peer: Peer) -> Result<ClientConfig, TrustError> {
        let failed = |error: Error| TrustError::Client {
            peer,
            why: error.to_string(),
        };
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(failed)?;
        let verifier: Arc<dyn ServerCertVerifier> = match self {
            Trust::CaFile(path) => {
                let roots = read_roots(path, peer)?;
                return Ok(builder.with_root_certificates(roots).with_no_client_auth());
            }
            Trust::System => Arc::new(System::new(provider).map_err(failed)?),
            Trust::Pinned(pin) => Arc::new(Verifier {
                expected: Some(*pin),
                provider,
            }),
            Trust::Anything => Arc::new(Verifier {
                expected: None,
                provider,
            }),
        };
        let builder = builder
            .dangerous()
            .with_custom_certificate_verifier(verifier);
        Ok(builder.with_no_client_auth())
    }
}

fn read_roots(path: &PathBuf, peer: Peer) -> Result<RootCertStore, TrustError> {
    let failed = |why: String| TrustError::CaFile {
        peer,
        path: path.display().to_string(),
        why,
    };
    let text = std::fs::read(path).map_err(|error| failed(unreadable::why(&error)))?;
    roots(&text).map_err(failed)
}

/// The authorities in a text of PEM, one at least.
///
/// # Errors
/// What is wrong with it.
pub fn roots(pem: &[u8]) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| format!("it is no PEM: {error}"))?;
        let added = roots.add(certificate);
        added.map_err(|error| format!("a certificate in it cannot be used: {error}"))?;
    }
    if roots.is_empty() {
        let why = "it holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----";
        return Err(why.to_owned());
    }
    Ok(roots)
}

/// Judges by fingerprint alone, or not at all. The peer must still prove that it holds the key.
#[derive(Debug)]
struct Verifier {
    expected: Option<Pin>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let shown = Pin::of(end_entity);
        match self.expected {
            Some(expected) if expected != shown => {
                Err(Error::InvalidCertificate(CertificateError::Other(
                    rustls::OtherError(Arc::new(NotPinned { expected, shown })),
                )))
            }
            _ => Ok(ServerCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

#[derive(Debug, thiserror::Error)]
#[error("pinned is SHA-256 {expected}, and it shows {shown}")]
struct NotPinned {
    expected: Pin,
    shown: Pin,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_hex_of_either_case_with_or_without_colons() {
        let plain = "00ff".repeat(16);
        let pin: Pin = plain.parse().expect("a pin");
        assert_eq!(pin.to_string(), plain);
        assert_eq!(plain.to_uppercase().parse(), Ok(pin));
        assert_eq!(vec!["00:FF"; 16].join(":").parse(), Ok(pin));
    }

    #[test]
    fn what_is_no_sha256_is_refused() {
        for text in [
            "",
            "00",
            "zz",
            &"00".repeat(31),
            &"00".repeat(33),
            &"0".repeat(63),
        ] {
            assert_eq!(text.parse::<Pin>(), Err(PinError), "{text}");
        }
    }
}

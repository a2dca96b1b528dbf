//! The certificate that our own HTTP side shows, and its key: two files in PEM, held to each other before
//! anybody connects.

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use rustls::{
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    sign::CertifiedKey,
};
use sha2::{Digest, Sha256};
use x509_parser::parse_x509_certificate;
use zeroize::Zeroize;

use crate::{
    clock, hex,
    secret::{self, SecretError},
    unreadable,
};

/// So long before its end a certificate is warned of.
const SOON: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The two files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// The certificate, and behind it those that lead to its authority.
    pub certificate: PathBuf,
    /// Its private key, which only its owner may read.
    pub key: PathBuf,
}

/// What the files hold: a certificate with its chain, and the key that belongs to it.
#[derive(Debug)]
pub struct Certificate {
    /// For the handshake.
    pub pair: CertifiedKey,
    /// SHA-256 of the certificate itself in DER, in hex.
    pub sha256: String,
    /// From when on it is valid.
    pub begins: Timestamp,
    /// Until when.
    pub ends: Timestamp,
}

impl Files {
    /// Reads both.
    ///
    /// # Errors
    /// When one of them cannot be used, or they are not of one pair.
    pub fn read(&self) -> Result<Certificate, CertificateError> {
        let certificate =
            std::fs::read(&self.certificate).map_err(|error| CertificateError::Read {
                path: self.certificate.clone(),
                why: unreadable::why(&error),
            })?;
        let key = secret::read_private(&self.key)?;
        self.decode(&certificate, &key)
    }

    /// What these texts say, as if they had been read from the files.
    ///
    /// # Errors
    /// When one of them cannot be used, or they are not of one pair.
    pub fn decode(&self, certificate: &[u8], key: &str) -> Result<Certificate, CertificateError> {
        let path = self.certificate.as_path();
        let chain = chain(certificate, path)?;
        let unreadable = || CertificateError::NoX509 { path: path.into() };
        let first = chain.first().ok_or_else(unreadable)?;
        let (_, read) = parse_x509_certificate(first).map_err(|_| unreadable())?;
        let time = |seconds| Timestamp::from_second(seconds).map_err(|_| unreadable());
        let begins = time(read.validity().not_before.timestamp())?;
        let ends = time(read.validity().not_after.timestamp())?;
        let sha256 = hex::lower(&Sha256::digest(first));
        let mut key = private_key(key, &self.key)?;
        let signing = ring::sign::any_supported_type(&key);
        key.zeroize();
        let signing = signing.map_err(|_| CertificateError::UnusableKey {
            path: self.key.clone(),
        })?;
        let pair = CertifiedKey::new(chain, signing);
        match pair.keys_match() {
            Ok(()) => Ok(Certificate {
                pair,
                sha256,
                begins,
                ends,
            }),
            Err(rustls::Error::InconsistentKeys(_)) => Err(CertificateError::Strangers {
                certificate: path.into(),
                key: self.key.clone(),
            }),
            Err(_) => Err(unreadable()),
        }
    }
}

impl Certificate {
    /// What the operator should know of its time; `None` where it is valid for a while yet.
    pub fn notice(&self, at: Timestamp) -> Option<String> {
        let day = |time| clock::rfc3339(time);
        let renew = "renew it, and send SIGHUP or start anew";
        if at < self.begins {
            let from = day(self.begins);
            return Some(format!(
                "the certificate of our own HTTP side is valid from {from} only: callers refuse it until then"
            ));
        }
        if at >= self.ends {
            let until = day(self.ends);
            return Some(format!(
                "the certificate of our own HTTP side has expired, on {until}: callers refuse it; {renew}"
            ));
        }
        (self.ends.duration_since(at) < SOON).then(|| {
            let until = day(self.ends);
            format!("the certificate of our own HTTP side expires on {until}: {renew}")
        })
    }
}

fn chain(text: &[u8], path: &Path) -> Result<Vec<CertificateDer<'static>>, CertificateError> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text).collect();
    match chain {
        Ok(chain) if !chain.is_empty() => Ok(chain),
        _ => Err(CertificateError::NoPem { path: path.into() }),
    }
}

fn private_key(text: &str, path: &Path) -> Result<PrivateKeyDer<'static>, CertificateError> {
    PrivateKeyDer::from_pem_slice(text.as_bytes()).map_err(|_| {
        let path = path.into();
        match text.contains("ENCRYPTED") {
            true => CertificateError::LockedKey { path },
            false => CertificateError::NoKey { path },
        }
    })
}

/// Why there is no certificate to show.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// The certificate's file is not there, or not ours to read.
    #[error("cannot read the certificate file {}: {why}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What stands in the way.
        why: String,
    },
    /// It is something else, or damaged.
    #[error(
        "{} holds no whole certificate in PEM, which begins with the line `-----BEGIN CERTIFICATE-----`",
        path.display()
    )]
    NoPem {
        /// The file.
        path: PathBuf,
    },
    /// There is something between the lines of PEM, and it is no certificate.
    #[error("the first certificate in {} cannot be read: make or fetch it anew", path.display())]
    NoX509 {
        /// The file.
        path: PathBuf,
    },
    /// The key's file cannot be read, or others can read it.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The key's file holds something else.
    #[error(
        "{} holds no private key in PEM, which begins with a line such as `-----BEGIN PRIVATE KEY-----`",
        path.display()
    )]
    NoKey {
        /// The file.
        path: PathBuf,
    },
    /// Nobody is there to type a passphrase.
    #[error(
        "the private key in {} is locked with a passphrase: write it without one, with `openssl pkey -in OLD -out NEW`",
        path.display()
    )]
    LockedKey {
        /// The file.
        path: PathBuf,
    },
    /// The key is of a kind that we cannot sign with, or damaged.
    #[error(
        "the private key in {} cannot be used: it must be RSA of 2048 to 4096 bits, ECDSA P-256 or P-384, or Ed25519",
        path.display()
    )]
    UnusableKey {
        /// The file.
        path: PathBuf,
    },
    /// Each is well, and they are not of one pair.
    #[error(
        "the private key in {} does not belong to the first certificate in {}: our own certificate stands first, its authorities behind it",
        key.display(),
        certificate.display()
    )]
    Strangers {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
    },
}

impl CertificateError {
    /// Whether it is the certificate's file that must be mended, and not the key's.
    pub fn is_of_the_certificate(&self) -> bool {
        matches!(
            self,
            CertificateError::Read { .. }
                | CertificateError::NoPem { .. }
                | CertificateError::NoX509 { .. }
        )
    }
}

//! Certificate and key of the HTTP side: both, readable, and of one pair.

use std::{fs, os::unix::fs::PermissionsExt};

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use vhi_usage::config::Config;

use crate::Place;

/// A certificate that is valid until this day, and its key, in PEM.
fn pair_until(year: i32) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    params.not_after = date_time_ymd(year, 1, 2);
    let certificate = params.self_signed(&key).unwrap();
    (certificate.pem(), key.serialize_pem())
}

/// Settings whose files hold these texts.
fn place(certificate: &str, key: &str) -> Place {
    let place = Place::new();
    let certificate = place.write("certificate.pem", certificate);
    let key = place.write("tls.key", key);
    place
        .with("TLS_CERTIFICATE", &certificate)
        .with("TLS_KEY", &key)
}

/// The one problem, with `FOLDER` for the place's own.
#[track_caller]
fn problem(place: &Place) -> String {
    let error = Config::load(&place.origins()).expect_err("a problem");
    let [problem] = error.problems.as_slice() else {
        panic!("{error}")
    };
    let folder = place.folder.path().to_str().unwrap();
    problem.to_string().replace(folder, "FOLDER")
}

#[test]
fn a_pair_of_files_turns_tls_on_wherever_it_is_named() {
    let (certificate, key) = pair_until(2999);
    let config = place(&certificate, &key).config();
    assert!(config.tls.is_some());
    assert_eq!(config.notices, [""; 0]);
    assert!(Place::new().config().tls.is_none());

    let toml = "[api.tls]\ncertificate_file = \"certificate.pem\"\nkey_file = \"tls.key\"\n";
    let in_toml = place(&certificate, &key)
        .without("TLS_CERTIFICATE")
        .without("TLS_KEY")
        .toml(toml);
    assert!(in_toml.config().tls.is_some());

    let handed = Place::new();
    handed.write("tls-certificate", &certificate);
    handed.write("tls-key", &key);
    let folder = handed.folder.path().to_str().unwrap().to_owned();
    let handed = handed.with("CREDENTIALS_DIRECTORY", &folder);
    assert!(handed.config().tls.is_some());
}

#[test]
fn a_chain_may_stand_behind_the_certificate_and_not_before_it() {
    let (certificate, key) = pair_until(2999);
    let (authority, _) = pair_until(2999);
    let chain = format!("a word of its maker\n{certificate}\n{authority}");
    assert!(place(&chain, &key).config().tls.is_some());
    assert_eq!(
        problem(&place(&format!("{authority}{certificate}"), &key)),
        "environment: TLS_KEY: the private key in FOLDER/tls.key does not belong to the first certificate in \
         FOLDER/certificate.pem: our own certificate stands first, its authorities behind it"
    );
}

#[test]
fn one_file_without_the_other_is_half_a_setting() {
    let (certificate, key) = pair_until(2999);
    assert_eq!(
        problem(&place(&certificate, &key).without("TLS_KEY")),
        "TLS_KEY, or key_file in [api.tls]: it is missing, and certificate_file is set: HTTPS needs both"
    );
    let toml = "[api.tls]\nkey_file = \"tls.key\"\n";
    let half = place(&certificate, &key)
        .without("TLS_CERTIFICATE")
        .without("TLS_KEY")
        .toml(toml);
    assert_eq!(
        problem(&half),
        "FOLDER/vhi.toml line 1: TLS_CERTIFICATE, or certificate_file in [api.tls]: it is missing, and key_file \
         is set: HTTPS needs both"
    );
    let misspelt = half.toml("[api.tls]\nkey_file = \"tls.key\"\ncertificatefile = \"x\"\n");
    assert_eq!(
        problem(&misspelt),
        "FOLDER/vhi.toml line 3: certificatefile in [api.tls]: there is no such key: did you mean `certificate_file`?"
    );
}

#[test]
fn a_certificate_that_cannot_be_used_is_told_with_the_way_out() {
    let (certificate, key) = pair_until(2999);
    let missing = place(&certificate, &key).with("TLS_CERTIFICATE", "/nonexistent/certificate.pem");
    assert_eq!(
        problem(&missing),
        "environment: TLS_CERTIFICATE: cannot read the certificate file /nonexistent/certificate.pem: there is no \
         such file"
    );
    let half = &certificate[..certificate.len() / 2];
    for text in ["", &key, half, &certificate.replace("MI", "M?")] {
        assert_eq!(
            problem(&place(text, &key)),
            "environment: TLS_CERTIFICATE: FOLDER/certificate.pem holds no whole certificate in PEM, which begins with \
             the line `-----BEGIN CERTIFICATE-----`"
        );
    }
    let something = "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n";
    assert_eq!(
        problem(&place(something, &key)),
        "environment: TLS_CERTIFICATE: the first certificate in FOLDER/certificate.pem cannot be read: make or fetch \
         it anew"
    );
}

#[test]
fn a_key_that_cannot_be_used_is_told_with_the_way_out() {
    let (certificate, key) = pair_until(2999);
    let (_, strange) = pair_until(2999);
    assert_eq!(
        problem(&place(&certificate, &strange)),
        "environment: TLS_KEY: the private key in FOLDER/tls.key does not belong to the first certificate in \
         FOLDER/certificate.pem: our own certificate stands first, its authorities behind it"
    );
    assert_eq!(
        problem(&place(&certificate, &certificate)),
        "environment: TLS_KEY: FOLDER/tls.key holds no private key in PEM, which begins with a line such as \
         `-----BEGIN PRIVATE KEY-----`"
    );
    assert_eq!(
        problem(&place(
            &certificate,
            &key.replace("PRIVATE", "ENCRYPTED PRIVATE")
        )),
        "environment: TLS_KEY: the private key in FOLDER/tls.key is locked with a passphrase: write it without one, \
         with `openssl pkey -in OLD -out NEW`"
    );
    let something = "-----BEGIN PRIVATE KEY-----\naGVsbG8=\n-----END PRIVATE KEY-----\n";
    assert_eq!(
        problem(&place(&certificate, something)),
        "environment: TLS_KEY: the private key in FOLDER/tls.key cannot be used: it must be RSA of 2048 to 4096 bits, \
         ECDSA P-256 or P-384, or Ed25519"
    );
    let open = place(&certificate, &key);
    let file = open.folder.path().join("tls.key");
    fs::set_permissions(file, fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(
        problem(&open),
        "environment: TLS_KEY: others can read FOLDER/tls.key, which has mode 0640: run `chmod 600 FOLDER/tls.key`"
    );
}

#[test]
fn a_certificate_that_has_expired_is_served_with_a_warning() {
    let (certificate, key) = pair_until(2001);
    let config = place(&certificate, &key).config();
    assert!(config.tls.is_some());
    assert_eq!(
        config.notices,
        [
            "the certificate of our own HTTP side has expired, on 2001-01-02T00:00:00.000Z: callers refuse it; \
          renew it, and send SIGHUP or start anew"
        ]
    );
}

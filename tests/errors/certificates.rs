//! A panel's certificate that is not trusted, and authorities that cannot be used.

use std::{fs, net::IpAddr};

use vhi_usage::{
    chain::chain,
    web::{error::TrustError, peer::Peer},
};

use crate::{
    common::{RIGHT, Site},
    place::Place,
    told::Mask,
    variables::{problem, right},
};

/// The whole sentence.
fn sentence(why: &str) -> String {
    format!(
        "cluster1: panel PANEL: its certificate is not trusted, so no password was sent: {why}; `vhi-usage trust panel PANEL` shows the line that pins it by PANEL_SHA256, and PANEL_CA_FILE can name its authority instead"
    )
}

/// What `check` says of the panel where this stands in the place of its fingerprint.
#[track_caller]
fn untrusted(site: &Site, place: &Place, line: &str, why: &str) {
    let settings = place.read("site.toml");
    let (rest, _) = settings.rsplit_once("\n").unwrap();
    let (rest, _) = rest.rsplit_once("\n").unwrap();
    place.write("other.toml", &format!("{rest}\n{line}\n"));
    let panel = &site.cluster().panel;
    let ended = place.program(&["--config", "other.toml", "check"]).run();
    Mask::default()
        .of(&panel.url, "PANEL")
        .of(&panel.sha256, "SHOWN")
        .ends(&ended, 3, &sentence(why));
    assert_eq!(site.scenario().counts().login_attempts, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_certificate() {
    let (site, other) = (Site::new(1).await, Site::new(1).await);
    let place = Place::connected(&site.simulator);
    let unknown = "no authority that is trusted here has signed it";
    untrusted(&site, &place, "", unknown);
    place.write("ca.pem", &other.cluster().panel.certificate_pem);
    untrusted(&site, &place, "ca_file = \"ca.pem\"", unknown);
    let pin = "0".repeat(64);
    untrusted(
        &site,
        &place,
        &format!("sha256 = \"{pin}\""),
        &format!("pinned is SHA-256 {pin}, and it shows SHOWN"),
    );
}

#[test]
fn what_a_certificate_can_have_beside_its_issuer() {
    // The simulator's own certificate never expires and bears its address: these are made for the test.
    let name = |names: &[&str]| {
        rcgen::CertificateParams::new(names.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>())
            .unwrap()
    };
    let mut old = name(&["127.0.0.1"]);
    old.not_after = rcgen::date_time_ymd(2001, 1, 1);
    for (params, why) in [
        (old, "it has expired"),
        (name(&["panel.example"]), "it is for another name"),
    ] {
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let url = runtime.block_on(serve(certificate.der().to_vec(), key.serialize_der()));
        let place = right();
        place.write("ca.pem", &certificate.pem());
        let settings = RIGHT
            .replace("https://panel.example:8888", &url)
            .replace("password_file", "ca_file = \"ca.pem\"\npassword_file")
            .replace("node1.example", "127.0.0.1:1");
        place.write("site.toml", &settings);
        let ended = place.program(&["--config", "site.toml", "check"]).run();
        let told = ended.stderr.lines().nth(1).unwrap_or_default();
        Mask::default()
            .of(&url, "PANEL")
            .says(told, &format!("vhi-usage: {}", sentence(why)));
        assert_eq!(ended.code, Some(3));
    }
}

/// A server of this certificate on a free port, for as long as the runtime lives.
async fn serve(certificate: Vec<u8>, key: Vec<u8>) -> String {
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from(certificate)],
            PrivateKeyDer::try_from(key).unwrap(),
        )
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(config));
    let ip = IpAddr::from([127, 0, 0, 1]);
    let listener = tokio::net::TcpListener::bind((ip, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // The client ends it: that it does is what is tested.
            drop(acceptor.accept(stream).await);
        }
    });
    format!("https://{address}")
}

#[test]
fn authorities_that_cannot_be_used_are_named() {
    let place = right();
    place.write(".env", "PANEL_CA_FILE=ca.pem\n");
    let told = |why: &str| {
        problem(
            &place,
            &format!(
                ".env line 1: PANEL_CA_FILE: cannot read the panel's certificate authorities in ca.pem: {why}"
            ),
        );
    };
    told("there is no such file");
    let pem =
        |inner: &str| format!("-----BEGIN CERTIFICATE-----\n{inner}\n-----END CERTIFICATE-----\n");
    for (text, why) in [
        (
            String::new(),
            "it holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----",
        ),
        (
            pem("A*AA"),
            "it is no PEM: base64 decode error: InvalidCharacter(42)",
        ),
        (
            pem("AAAA"),
            "a certificate in it cannot be used: invalid peer certificate: BadEncoding",
        ),
    ] {
        place.write("ca.pem", &text);
        told(why);
    }
    fs::remove_file(place.file("ca.pem")).unwrap();
    // The TLS library fails only where the machine has no authorities at all: made by hand.
    let client = TrustError::Client {
        peer: Peer::Panel,
        why: "no CA certificates were loaded from the system".to_owned(),
    };
    Mask::default().says(
        chain(&client),
        "cannot set up TLS towards the panel: no CA certificates were loaded from the system",
    );
}

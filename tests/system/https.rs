//! The program with a certificate of its own, asked by curl.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
    time::Duration,
};

use rcgen::{CertificateParams, KeyPair};
use sha2::{Digest, Sha256};

use crate::{
    http, keys,
    program::Program,
    site::{ENDS, Service, Site, TOKEN, Variables, text},
    wait::until,
};

const SOON: Duration = Duration::from_secs(20);

/// A certificate for this key, in the site's folder; its SHA-256.
fn certify(site: &Site, key: &KeyPair) -> String {
    let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let certificate = params.self_signed(key).unwrap();
    site.write("certificate.pem", &certificate.pem());
    let digest = Sha256::digest(certificate.der());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Another certificate with another key.
fn renew(site: &Site) -> String {
    let key = KeyPair::generate().unwrap();
    keys::write_secret(&site.path("tls.key"), &key.serialize_pem());
    certify(site, &key)
}

fn settings(site: &Site) -> Variables {
    let mut settings = site.variables();
    for (name, file) in [
        ("TLS_CERTIFICATE", "certificate.pem"),
        ("TLS_KEY", "tls.key"),
    ] {
        settings.insert(name.to_owned(), text(&site.path(file)).to_owned());
    }
    settings
}

fn start(site: &Site) -> Service {
    let program = Program::new(&site.empty_folder(), &["serve"]);
    Service::start(program.variables(&settings(site)))
}

/// curl, trusting the certificate in the folder.
fn curl(service: &Service, site: &Site, path: &str) -> Output {
    let port = service.address.port();
    let url = format!("https://localhost:{port}{path}");
    let mut curl = Command::new("curl");
    curl.args(["-sS", "--max-time", "20", "--noproxy", "*"])
        .args(["--resolve", &format!("localhost:{port}:127.0.0.1")])
        .args(["-H", &format!("Authorization: Bearer {TOKEN}")])
        .args(["-w", "\n%{http_code} %{http_version}"])
        .arg("--cacert")
        .arg(site.path("certificate.pem"))
        .arg(url);
    let output = curl.output();
    output.expect("curl runs: tests/run installs it where it is missing")
}

/// The body of the usage once it is there.
#[track_caller]
fn usage(service: &Service, site: &Site) -> serde_json::Value {
    until("the usage over HTTPS", SOON, || {
        let output = curl(service, site, "/api/v1/cluster/usage");
        let said = String::from_utf8(output.stdout).unwrap();
        let (body, end) = said.rsplit_once('\n').unwrap();
        (end == "200 1.1").then(|| serde_json::from_str(body).unwrap())
    })
}

/// What `trust panel` says of the certificate that is shown.
#[track_caller]
fn shown(service: &Service, folder: &Path) -> String {
    let url = format!("https://localhost:{}", service.address.port());
    let ended = Program::new(folder, &["trust", "panel", &url]).run();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let line = ended
        .stdout
        .lines()
        .find_map(|line| line.strip_prefix("PANEL_SHA256="));
    line.expect("a fingerprint").to_owned()
}

#[test]
fn curl_gets_the_usage_over_https_and_sighup_exchanges_the_certificate() {
    let site = Site::new();
    let folder = site.empty_folder();
    let first = renew(&site);
    let mut service = start(&site);
    assert_eq!(usage(&service, &site)["logical_storage_used_tib"], 45.4);
    assert_eq!(shown(&service, &folder), first);
    let url = format!("url=\"https://{}\"", service.address);
    service.running.says(&url);

    let second = renew(&site);
    assert_eq!(shown(&service, &folder), first);
    service.running.signal("HUP");
    service.running.says(&format!(
        "certificate and key were read anew sha256=\"{second}\""
    ));
    assert_eq!(shown(&service, &folder), second);
    usage(&service, &site);

    fs::remove_file(site.path("tls.key")).unwrap();
    service.running.signal("HUP");
    let line = service
        .running
        .says("certificate and key stay as they were");
    assert!(line.contains("tls.key: there is no such file"), "{line}");
    assert_eq!(shown(&service, &folder), second);
    usage(&service, &site);
    service.stop();
}

#[test]
fn plain_http_to_the_port_of_https_gets_a_problem() {
    let site = Site::new();
    renew(&site);
    let service = start(&site);
    let answer = http::get(service.address, "/api/v1/cluster/usage", Some(TOKEN));
    assert_eq!(answer.status, 400, "{answer:?}");
    assert_eq!(answer.json()["type"], "urn:vhi-usage:https_only");
    usage(&service, &site);
    let ended = service.running.end_by("TERM", ENDS);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(!ended.stderr.contains("canary"), "{}", ended.stderr);
}

#[test]
fn keys_are_read_in_each_form_that_tools_write() {
    let site = Site::new();
    for (kind, more, head) in [
        ("rsa", ["-b", "2048"], "BEGIN RSA PRIVATE KEY"),
        ("ecdsa", ["-b", "256"], "BEGIN EC PRIVATE KEY"),
        ("ecdsa", ["-b", "384"], "BEGIN EC PRIVATE KEY"),
    ] {
        let name = format!("{kind}-{}", more[1]);
        let key = keys::make(
            &site.path(""),
            &name,
            kind,
            &[&["-m", "PKCS8"][..], &more].concat(),
        );
        let modern = fs::read_to_string(&key.file).unwrap();
        certify(&site, &KeyPair::from_pem(&modern).unwrap());
        keys::write_secret(&site.path("tls.key"), &modern);
        check(&site, &modern);
        let old = keys::as_old_pem(&key);
        assert!(old.contains(head), "{name}");
        keys::write_secret(&site.path("tls.key"), &old);
        check(&site, &old);
    }
}

/// The settings are well.
#[track_caller]
fn check(site: &Site, key: &str) {
    let program = Program::new(&site.empty_folder(), &["config", "check"]);
    let ended = program.variables(&settings(site)).run();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.stderr, "", "{}", key.lines().next().unwrap());
}

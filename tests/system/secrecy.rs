//! No secret is in anything that is said, at the highest verbosity and whatever goes wrong.

use std::{fs, path::PathBuf, time::Duration};

use vhi_usage::sim::fault::Fault;

use crate::{
    keys::{self, PASSPHRASE},
    program::Program,
    site::{Service, Site, TOKEN, allowed, text},
    wait::until,
};

const SOON: Duration = Duration::from_secs(20);

/// What nobody may see, each with its name.
fn secrets(site: &Site) -> Vec<(&'static str, String)> {
    let key = fs::read_to_string(site.path("closed")).unwrap();
    let body = key.lines().filter(|line| !line.starts_with("-----"));
    let mut secrets: Vec<_> = body
        .map(|line| ("the private key", line.to_owned()))
        .collect();
    secrets.push(("the token", TOKEN.to_owned()));
    secrets.push(("the passphrase", PASSPHRASE.to_owned()));
    let password = site.cluster().panel.password.clone();
    secrets.push(("the password", password));
    secrets
}

#[track_caller]
fn hides(site: &Site, said: &str) {
    for (name, secret) in secrets(site) {
        assert!(!said.contains(&secret), "{name} is in: {said}");
    }
}

/// A site whose key is encrypted, and its settings.
fn site() -> (Site, PathBuf) {
    let mut site = Site::new();
    let key = keys::make(&site.path(""), "closed", "ed25519", &["-N", PASSPHRASE]);
    site.node().authorize(&[allowed(&key)]);
    keys::write_secret(&site.path("passphrase"), PASSPHRASE);
    let ssh = "key_file = \"closed\"\nkey_passphrase_file = \"passphrase\"\nconnect_timeout = \"1s\"\ncommand_timeout = \"1s\"";
    let toml = site.toml("poll_interval = \"1s\"\nmax_age = \"3s\"", ssh);
    (site, toml)
}

#[test]
fn a_service_in_trouble_keeps_its_secrets() {
    let (mut site, toml) = site();
    let program = Program::new(
        &site.empty_folder(),
        &["--config", text(&toml), "-vv", "serve"],
    );
    let service = Service::start(program);
    service.becomes_ready(SOON);
    let scenario = site.cluster().scenario.clone();
    let mut said = service.get("/api/v1/cluster/usage").body;
    for (faults, deed) in [
        (&[Fault::Panel500][..], "sleep 5"),
        (
            &[Fault::PanelNotJson],
            "echo \"$SSH_CONNECTION\" >&2; exit 3",
        ),
        (
            &[Fault::SessionExpiry, Fault::PanelLoginRefused],
            "echo 'Space: nothing'",
        ),
    ] {
        for fault in faults {
            scenario.set_fault(*fault, true);
        }
        site.tool.does(deed);
        let answer = until("both parts are missing", SOON, || {
            let answer = service.get("/api/v1/cluster/usage");
            said += &answer.body;
            (answer.status == 503).then_some(answer)
        });
        // Whoever asks learns what happened, and nothing of where or who.
        for word in ["127.0.0.1", "root", "billing-reader", "stat"] {
            assert!(
                !answer.json()["detail"].as_str().unwrap().contains(word),
                "{answer:?}"
            );
        }
        if faults.contains(&Fault::PanelLoginRefused) {
            // It is not asked again for minutes.
            continue;
        }
        for fault in faults {
            scenario.set_fault(*fault, false);
        }
        site.tool.works();
        service.becomes_ready(SOON);
    }
    site.node().stop();
    let ended = service.stop();
    assert!(
        ended.stderr.contains("TRACE") || ended.stderr.contains("DEBUG"),
        "{}",
        ended.stderr
    );
    hides(&site, &said);
    hides(&site, &ended.stderr);
    hides(&site, &ended.stdout);
}

#[test]
fn a_check_that_fails_keeps_its_secrets() {
    let (mut site, toml) = site();
    let args = [
        "--config",
        text(&toml),
        "-vv",
        "--log-format",
        "json",
        "check",
    ];
    let check = |site: &Site, more: &[&str]| {
        let ended = Program::new(&site.empty_folder(), &[&args, more].concat()).run();
        hides(site, &ended.stderr);
        hides(site, &ended.stdout);
        ended.code
    };
    assert_eq!(check(&site, &[]), Some(0));
    site.cluster()
        .scenario
        .set_fault(Fault::PanelLoginRefused, true);
    assert_eq!(check(&site, &["--json"]), Some(3));
    site.node().authorize(&[]);
    assert_eq!(check(&site, &[]), Some(3));
    // Settings that cannot be used are the easiest place to tell too much.
    fs::write(
        &toml,
        format!("api_token = {TOKEN:?}\npassword = {PASSPHRASE:?}\n"),
    )
    .unwrap();
    assert_eq!(check(&site, &[]), Some(2));
    keys::write_secret(
        &site.path("empty/.env"),
        &format!("API_BEARER_TOKEN='{TOKEN}\n"),
    );
    assert_eq!(check(&site, &[]), Some(2));
}

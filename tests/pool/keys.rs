//! Host keys that are trusted or not, and private keys that can be used or not.

use std::{fs, os::unix::fs::PermissionsExt, time::Duration};

use russh::keys::{
    Algorithm, EcdsaCurve, PrivateKey, decode_secret_key, key::safe_rng, ssh_key::LineEnding,
};
use vhi_usage::{
    breaker::Breakers,
    reason::Code,
    secret::Secret,
    sim::fault::Fault,
    ssh::{
        error::SshError,
        host_key_problem::HostKeyProblem,
        host_keys::HostKeys,
        login::{Login, load_key},
    },
};

use crate::{
    answers,
    common::{PATIENCE, Site, until},
    fails, pass,
};

fn stranger(algorithm: Algorithm) -> PrivateKey {
    PrivateKey::random(&mut safe_rng(), algorithm).unwrap()
}

fn text(key: &PrivateKey) -> String {
    key.to_openssh(LineEnding::LF).unwrap().to_string()
}

/// The node is refused before a key was offered: a stranger's key would have been counted.
async fn untrusted(site: &Site, host_keys: HostKeys) -> HostKeyProblem {
    let key_file = site.write("stranger", &text(&stranger(Algorithm::Ed25519)));
    let login = Login {
        key_file,
        host_keys,
        ..site.login()
    };
    let error = fails(&site.pool_with(login), PATIENCE).await;
    let counts = site.scenario().counts();
    assert_eq!((counts.keys_refused, counts.commands), (0, 0));
    assert!(counts.connections > 0);
    match error {
        SshError::HostKey { node, why } => {
            assert_eq!(node, site.node(0));
            why
        }
        error => panic!("{error}"),
    }
}

#[tokio::test]
async fn a_changed_host_key_is_offered_no_key() {
    let site = Site::with(1, Fault::HostKeyChanged).await;
    let known = site.write("known", &site.nodes()[0].known_hosts);
    let why = untrusted(&site, HostKeys::File(known.clone())).await;
    let HostKeyProblem::Changed {
        fingerprint, place, ..
    } = why
    else {
        panic!("{why}");
    };
    assert_eq!(place, format!("{} line 1", known.display()));
    assert_ne!(fingerprint, site.nodes()[0].fingerprint);
}

#[tokio::test]
async fn the_host_key_of_another_node_is_a_wrong_one() {
    let site = Site::new(1).await;
    let other = Site::new(1).await;
    let (name, _) = site.nodes()[0].known_hosts.split_once(' ').unwrap();
    let (_, key) = other.nodes()[0].known_hosts.split_once(' ').unwrap();
    let known = site.write("known", &format!("{name} {key}\n"));
    let why = untrusted(&site, HostKeys::File(known)).await;
    assert!(matches!(why, HostKeyProblem::Changed { .. }), "{why}");
}

#[tokio::test]
async fn an_unknown_host_key_is_shown_to_compare_and_works_once_it_is_added() {
    let site = Site::new(1).await;
    let known = site.write("known", "# nobody yet\n");
    let why = untrusted(&site, HostKeys::File(known.clone())).await;
    let HostKeyProblem::Unknown {
        fingerprint,
        algorithm,
        ..
    } = why
    else {
        panic!("{why}");
    };
    assert_eq!(fingerprint, site.nodes()[0].fingerprint);
    assert_eq!(algorithm, "ssh-ed25519");
    let host_keys = HostKeys::File(known);
    let pool = site.pool_with(Login {
        host_keys,
        ..site.login()
    });
    fails(&pool, PATIENCE).await;
    site.write("known", &site.nodes()[0].known_hosts);
    assert_eq!(answers(&site, &pool).await, 0);
}

#[tokio::test]
async fn a_changed_host_key_stops_its_node_until_a_person_acts_and_no_other_one() {
    let site = Site::new(2).await;
    site.scenario()
        .set_node_fault(0, Fault::HostKeyChanged, true);
    let lines = site.nodes().iter().map(|node| node.known_hosts.clone());
    let lines = lines.collect::<Vec<_>>().join("\n");
    let breakers = Breakers::default();
    let pool = site.pool().with_breakers(breakers.clone());
    let is_stopped = async |connections: u64| {
        for _ in 0..3 {
            assert_eq!(answers(&site, &pool).await, 1);
            pass(&pool, Duration::from_secs(500)).await;
        }
        let (name, open) = breakers.all().remove(0);
        assert_eq!(name, site.node(0).place().to_string());
        assert_eq!((open.code, open.next_try), (Code::HostKeyChanged, None));
        assert_eq!(crate::connections(&site), connections);
    };
    is_stopped(2).await;
    // Another line is another file, which is worth one try.
    site.write("known_hosts", &format!("# looked at\n{lines}"));
    answers(&site, &pool).await;
    until(|| crate::connections(&site) == 3).await;
    is_stopped(3).await;
    breakers.look_again();
    answers(&site, &pool).await;
    until(|| crate::connections(&site) == 4).await;
    is_stopped(4).await;
    site.scenario()
        .set_node_fault(0, Fault::HostKeyChanged, false);
    is_stopped(4).await;
    breakers.look_again();
    answers(&site, &pool).await;
    until(|| breakers.all().is_empty()).await;
    assert_eq!(answers(&site, &pool).await, 0);
}

#[tokio::test]
async fn the_only_node_with_a_host_key_that_is_not_trusted_is_connected_to_once() {
    for fault in [None, Some(Fault::HostKeyChanged)] {
        let site = Site::new(1).await;
        match fault {
            Some(fault) => site.scenario().set_fault(fault, true),
            None => drop(site.write("known_hosts", "# nobody yet\n")),
        }
        let pool = site.pool();
        for _ in 0..4 {
            let error = fails(&pool, PATIENCE).await;
            assert!(matches!(error, SshError::HostKey { .. }), "{error}");
            pass(&pool, Duration::from_secs(500)).await;
        }
        assert_eq!(site.scenario().counts().connections, 1);
    }
}

#[tokio::test]
async fn a_known_hosts_file_that_is_gone_trusts_nobody() {
    let site = Site::new(1).await;
    let host_keys = HostKeys::File("/nonexistent/known_hosts".into());
    let pool = site.pool_with(Login {
        host_keys,
        ..site.login()
    });
    let error = fails(&pool, PATIENCE).await;
    let unread = |why: &HostKeyProblem| matches!(why, HostKeyProblem::File { .. });
    assert!(
        matches!(&error, SshError::HostKey { why, .. } if unread(why)),
        "{error}"
    );
    assert_eq!(site.scenario().counts().connections, 0);
}

#[tokio::test]
async fn a_pinned_fingerprint_is_enough_and_a_wrong_one_is_refused() {
    let (site, other) = (Site::new(1).await, Site::new(1).await);
    let pin = |site: &Site| site.nodes()[0].fingerprint.parse().unwrap();
    let why = untrusted(&site, HostKeys::Pinned(vec![pin(&other)])).await;
    assert!(matches!(why, HostKeyProblem::Changed { .. }), "{why}");
    let host_keys = HostKeys::Pinned(vec![pin(&other), pin(&site)]);
    let pool = site.pool_with(Login {
        host_keys,
        ..site.login()
    });
    assert_eq!(answers(&site, &pool).await, 0);
}

#[tokio::test]
async fn a_key_behind_a_passphrase_opens_with_it_and_only_with_it() {
    let site = Site::new(1).await;
    let key = decode_secret_key(site.simulator.user_key(), None).unwrap();
    let locked = key.encrypt(&mut safe_rng(), "a passphrase").unwrap();
    let login = |word: &str| Login {
        key_file: site.write("locked", &text(&locked)),
        key_passphrase: Secret::new(word),
        ..site.login()
    };
    let pool = site.pool_with(login("a passphrase"));
    assert_eq!(answers(&site, &pool).await, 0);
    unusable(&login(""), "give its passphrase in key_passphrase_file");
    unusable(&login("another"), "the passphrase is wrong");
    let connections = site.scenario().counts().connections;
    fails(&site.pool_with(login("another")), PATIENCE).await;
    assert_eq!(site.scenario().counts().connections, connections);
}

/// The key cannot be loaded, and the error says the file and the way out.
#[track_caller]
fn unusable(login: &Login, why: &str) {
    let error = load_key(&login.key_file, login.key_passphrase.as_ref())
        .expect_err("a key")
        .to_string();
    assert!(error.contains(why), "{error}");
    assert!(error.contains(login.key_file.to_str().unwrap()), "{error}");
}

#[tokio::test]
async fn every_kind_of_key_can_be_loaded() {
    let site = Site::new(1).await;
    let nist = [
        EcdsaCurve::NistP256,
        EcdsaCurve::NistP384,
        EcdsaCurve::NistP521,
    ];
    let ecdsa = nist.map(|curve| Algorithm::Ecdsa { curve });
    for algorithm in [Algorithm::Ed25519].into_iter().chain(ecdsa) {
        let key = stranger(algorithm);
        let key_file = site.write("any", &text(&key));
        let loaded = load_key(&key_file, None).unwrap();
        assert_eq!(loaded.public_key().key_data(), key.public_key().key_data());
    }
}

#[tokio::test]
async fn a_file_that_is_no_private_key_of_ours_is_named() {
    let site = Site::new(1).await;
    let login = |name: &str, text: &str| Login {
        key_file: site.write(name, text),
        ..site.login()
    };
    unusable(&login("empty", ""), "no private key");
    let public = stranger(Algorithm::Ed25519)
        .public_key()
        .to_openssh()
        .unwrap();
    unusable(&login("public", &public), "no private key");
    let open = login("open", site.simulator.user_key());
    fs::set_permissions(&open.key_file, fs::Permissions::from_mode(0o644)).unwrap();
    unusable(&open, "chmod 600");
    let gone = "/nonexistent/key".into();
    unusable(
        &Login {
            key_file: gone,
            ..site.login()
        },
        "there is no file",
    );
}

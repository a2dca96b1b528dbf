//! The settings that follow from a settings file and variables, on a ground of files that are there.

use std::{fs, path::PathBuf, sync::LazyLock};
use tempfile::TempDir;
use vhi_usage::config::{
    Config,
    error::Problem,
    file::{ClusterFile, File},
    ground::Ground,
    origins::Asks,
    variables::{OF_A_CLUSTER, Variables},
    words::Credentials,
};

/// What no problem may show.
pub const CANARY: &str = "c4nary-w0rd";

/// What is wrong with the settings, of which these problems are known, with files that are there in place
/// of those that are named.
pub fn problems(mut file: File, known: Vec<Problem>, variables: Variables) -> Vec<Problem> {
    static FILES: LazyLock<Files> = LazyLock::new(Files::new);
    let put = |path: &mut Option<PathBuf>, name: &str| {
        if path.is_some() {
            *path = Some(FILES.0.path().join(name));
        }
    };
    put(&mut file.api.token_file, "word");
    put(&mut file.api.tls.certificate_file, "pair");
    put(&mut file.api.tls.key_file, "pair");
    let named = variables.set(OF_A_CLUSTER).next().is_some() || file.written.spoils("cluster");
    if file.cluster.is_empty() && named {
        file.cluster.push(ClusterFile::default());
    }
    for cluster in &mut file.cluster {
        put(&mut cluster.ssh.key_file, "key");
        cluster.ssh.key_passphrase_file = None;
        put(&mut cluster.ssh.known_hosts_file, "known_hosts");
        put(&mut cluster.panel.password_file, "word");
        let (panel, prometheus, grafana) = (
            &mut cluster.panel,
            &mut cluster.prometheus,
            &mut cluster.grafana,
        );
        put(&mut prometheus.password_file, "word");
        put(&mut prometheus.token_file, "word");
        put(&mut grafana.token_file, "word");
        for (pin, insecure, ca_file) in [
            (&panel.sha256, panel.insecure, &mut panel.ca_file),
            (
                &prometheus.sha256,
                prometheus.insecure,
                &mut prometheus.ca_file,
            ),
            (&grafana.sha256, grafana.insecure, &mut grafana.ca_file),
        ] {
            // to read the authorities of the system takes longer than all the rest
            if pin.is_none() && insecure != Some(true) {
                *ca_file = Some(PathBuf::new());
            }
            put(ca_file, "authority");
        }
    }
    let before = known.len();
    let ground = Ground {
        file,
        variables,
        credentials: Credentials::default(),
        state: None,
    };
    let problems = match Config::build(ground, known.clone(), None, Asks::WhatIsThere) {
        Ok(config) => {
            assert_eq!(
                before, 0,
                "problems were known, and the settings are used: {known:?}"
            );
            assert!(config.timing.poll <= config.timing.max_age);
            Vec::new()
        }
        Err(error) => {
            assert!(error.problems.len() >= before && !error.problems.is_empty());
            error.problems
        }
    };
    for problem in &problems {
        let told = problem.to_string();
        assert!(
            !problem.place.is_empty()
                && !problem.why.is_empty()
                && !told.contains(char::is_control),
            "{told:?}"
        );
    }
    problems
}

/// No problem shows the secret of the text.
pub fn shows_no_secret(problems: &[Problem], text: &str) {
    for problem in problems {
        assert!(!problem.to_string().contains(CANARY), "{problem}\n{text}");
    }
}

/// Files that settings may name: a key, known hosts, authorities, our own certificate with its key, and a
/// word that is a secret.
struct Files(TempDir);

impl Files {
    fn new() -> Files {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in [
            ("word", CANARY),
            ("key", include_str!("../pem/ed25519")),
            ("known_hosts", ""),
            ("authority", include_str!("../pem/authority.pem")),
            ("pair", include_str!("../pem/pair.pem")),
        ] {
            let path = folder.path().join(name);
            fs::write(&path, text).expect("written");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("closed");
        }
        Files(folder)
    }
}

//! Settings that are wrong say no secret that stands in them, wherever it stands.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use vhi_usage::config::keys::{KEYS, Key, Kind};

use crate::{
    canary::{LOUD, Rooms, said},
    canary_forms::Secrets,
    canary_written::{Written, line},
    keys,
    site::{Site, text, variables},
};

/// With all that a terminal, an address, JSON and a shell make something of.
const ODD: &str = "canary\u{1}\u{1b}[31m \"of\" a 'pass:wörd' $HOME \\n%41&@/?#é";
/// A word that any place takes for a word.
const PLAIN: &str = "Canary0word1that2nobody3may4see5";

/// Whether a wrong word there is told, for it is the name of something, an address or a day.
fn is_told(key: &Key) -> bool {
    matches!(key.kind, Kind::Words | Kind::Scopes | Kind::End) || key.path == "cluster.name"
}

fn in_each_setting(secret: &str) -> Vec<Written> {
    let quoted = toml::Value::from(secret).to_string();
    let mut all = Vec::new();
    let told = |key: &&Key| key.kind != Kind::Path && !is_told(key);
    for key in KEYS.iter().filter(told) {
        let list = format!("[{quoted}, {quoted}]");
        for value in [&quoted, &list, &format!("{{ a = {quoted} }}")] {
            all.push(Written::toml(line(key, value)));
        }
    }
    for key in KEYS.iter().filter(|key| !key.variable.is_empty()) {
        if key.secret || told(&key) {
            all.push(Written::variable(key.variable, &secret.replace('\0', "")));
        }
    }
    all
}

fn at_wrong_keys(secret: &str) -> Vec<Written> {
    let quoted = toml::Value::from(secret).to_string();
    let tables = [
        "",
        "[api]",
        "[api.tls]",
        "[[api.tokens]]",
        "[[cluster]]",
        "[[cluster]]\n[cluster.ssh]",
        "[[cluster]]\n[cluster.panel]",
        "[[cluster]]\n[cluster.grafana]",
        "[[cluster]]\n[cluster.prometheus]",
        "[other]",
    ];
    let mut all = Vec::new();
    for table in tables {
        let keys = ["password", "token", "api_key", "passphrase", "tokenfile"];
        let lines: String = keys
            .iter()
            .map(|key| format!("{key} = {quoted}\n"))
            .collect();
        all.push(Written::toml(format!("{table}\n{lines}")));
    }
    // No TOML at all: the parser speaks of what it stumbled over.
    for broken in [
        format!("password = {secret}"),
        format!("[[cluster]]\npassword = \"{secret}"),
        format!("password = \"{secret}\" {secret}"),
        secret.to_owned(),
        format!("password = {secret}\npassword = {secret}"),
        format!("token = '{secret}'\ntoken = '{secret}'"),
    ] {
        all.push(Written::toml(broken));
    }
    all
}

fn in_addresses(secret: &str) -> Vec<Written> {
    let mut all = Vec::new();
    for scheme in ["https", "http", "ftp", ""] {
        let url = format!("{scheme}://admin:{secret}@panel.example:8888");
        for name in ["VHI_PANEL_URL", "PROMETHEUS_URL", "LISTEN"] {
            all.push(Written::variable(name, &url));
        }
        for table in ["panel", "prometheus", "grafana"] {
            let url = toml::Value::from(url.as_str());
            all.push(Written::toml(format!(
                "[[cluster]]\n[cluster.{table}]\nurl = {url}\n"
            )));
        }
    }
    for node in [
        "root:SECRET@node1.example",
        "ssh://root:SECRET@node1.example",
        "root:SECRET@",
    ] {
        all.push(Written::variable(
            "VSTORAGE_NODES",
            &node.replace("SECRET", PLAIN),
        ));
    }
    all
}

fn in_env_files(secret: &str) -> Vec<Written> {
    let lines = [
        "ADMIN_PASSWORD",
        "ADMIN_PASSWORD='SECRET",
        "ADMIN_PASSWORD=\"SECRET",
        "ADMIN_PASSWORD='SECRET' SECRET",
        "SECRET",
        "admin password=SECRET",
        "export SECRET",
        "ADMIN_PASSWORD=SECRET\nVSTORAGE_NODES=x",
        "RATE_LIMIT_RPS=SECRET",
        "CACHE_TTL_SECONDS=SECRET",
        "STORAGE_SOURCE=SECRET",
        "SIZE_BASE=SECRET",
        "PANEL_INSECURE=SECRET",
        "PORT=SECRET",
    ];
    let lines = lines.iter().map(|line| line.replace("SECRET", secret));
    lines.map(Written::env_file).collect()
}

/// Files that cannot be used: open to others, of another kind, in each other's place, or locked.
fn in_files(site: &Site, secrets: &mut Secrets) -> Vec<Written> {
    let key = keys::make(
        &site.path(""),
        "locked",
        "ed25519",
        &["-N", keys::PASSPHRASE],
    );
    let pem = keys::make(&site.path(""), "pem", "rsa", &["-b", "2048", "-m", "PEM"]);
    secrets.add_key(&key.file);
    secrets.add_key(&pem.file);
    let file = |name: &str, word: &str, mode: u32| {
        let path = site.write(name, word);
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        path.display().to_string()
    };
    let open = file("open", PLAIN, 0o644);
    let odd = file("odd", &format!("{ODD}\n{PLAIN}\n"), 0o600);
    let second = file("second", &format!("\n{PLAIN}\n"), 0o600);
    let label = file(
        "label",
        &format!("-----BEGIN {PLAIN}-----\n{PLAIN}\n-----END {PLAIN}-----\n"),
        0o600,
    );
    let bytes = site.path("bytes");
    keys::write_secret(&bytes, "");
    fs::write(&bytes, [PLAIN.as_bytes(), b"\xff\n"].concat()).unwrap();
    let (locked, pem, bytes) = (text(&key.file), text(&pem.file), text(&bytes));
    let mut all = Vec::new();
    let files = [open.as_str(), &odd, &second, &label, bytes, locked, pem];
    for key in KEYS.iter().filter(|key| key.kind == Kind::Path) {
        for file in files {
            all.push(Written::toml(line(key, &format!("{file:?}"))));
        }
    }
    for (key_file, passphrase) in [
        (locked, PLAIN),
        (locked, ODD),
        (pem, PLAIN),
        (&odd, ODD),
        (&label, PLAIN),
    ] {
        let set = [
            ("VSTORAGE_SSH_KEY", key_file),
            ("VSTORAGE_SSH_KEY_PASSPHRASE", passphrase),
        ];
        all.push(Written {
            variables: variables(&set),
            ..Written::default()
        });
    }
    for (certificate, key) in [
        (pem, pem),
        (locked, locked),
        (&label, &label),
        (&open, &odd),
    ] {
        let set = [("TLS_CERTIFICATE", certificate), ("TLS_KEY", key)];
        all.push(Written {
            variables: variables(&set),
            ..Written::default()
        });
    }
    all
}

#[test]
fn wrong_settings_say_no_secret_that_stands_in_them() {
    let site = Site::with_nodes(0);
    let mut secrets = Secrets::default();
    for secret in [ODD, PLAIN, keys::PASSPHRASE] {
        secrets.add("a secret", secret);
    }
    let mut all = in_files(&site, &mut secrets);
    all.extend(in_each_setting(PLAIN));
    for secret in [ODD, PLAIN] {
        all.extend(at_wrong_keys(secret));
        all.extend(in_addresses(secret));
        all.extend(in_env_files(secret));
    }
    let search = secrets.search();
    let (next, refused) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let told = Mutex::new(Vec::new());
    let work = &|worker: usize| {
        let rooms = Rooms::new(&site, &format!("settings-{worker}"));
        loop {
            let number = next.fetch_add(1, Ordering::SeqCst);
            let Some(written) = all.get(number) else {
                break rooms.are_empty();
            };
            let toml = site.write(&format!("{worker}.toml"), &written.toml);
            let env = site.write(&format!("{worker}.env"), &written.env_file);
            // Each in its turn, or a wrong setting would have to be told by one that reads less of it.
            let command = [&["serve"][..], &["check"], &["config", "check"]][number % 3];
            let files = ["--config", text(&toml), "--env-file", text(&env)];
            let args = [&files, LOUD[number / 3 % 2], command].concat();
            let ended = rooms.program(&args, &written.variables).run();
            refused.fetch_add(usize::from(ended.code == Some(2)), Ordering::SeqCst);
            if let Some(found) = search.find(said(&ended)) {
                let found = format!("{command:?} with {written:?}: {found}");
                told.lock().unwrap().push(found);
            }
        }
    };
    thread::scope(|scope| {
        for worker in 0..2 {
            scope.spawn(move || (*work)(worker));
        }
    });
    let told = told.into_inner().unwrap();
    assert!(told.is_empty(), "{}: {told:#?}", told.len());
    let refused = refused.into_inner();
    assert!(refused * 10 > all.len() * 8, "{refused} of {}", all.len());
}

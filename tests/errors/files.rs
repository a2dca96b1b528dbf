//! A file that a setting names and that cannot be used, and what is said at every start.

use std::{fs, os::unix::fs::PermissionsExt};

use rustix::fs::{CWD, Mode, mkfifoat};
use vhi_usage::config::{
    Config,
    origins::{EnvFile, Origins},
};

use crate::{
    common::{RIGHT, write_private},
    variables::{problem, problem_with, right},
};

#[test]
fn a_file_that_a_setting_names_is_named_with_what_is_wrong_with_it() {
    let of_key =
        "site.toml line 7: key_file in [cluster.ssh] of cluster1: no private key to log in with:";
    let of_password = "site.toml line 11: password_file in [cluster.panel] of cluster1:";
    let place = right();
    let mode = |name: &str, mode: u32| {
        let mode = fs::Permissions::from_mode(mode);
        fs::set_permissions(place.file(name), mode).unwrap();
    };
    mode("key", 0o640);
    problem(
        &place,
        &format!("{of_key} others can read key, which has mode 0640: run `chmod 600 key`"),
    );
    let again = fs::read_to_string(place.file("key")).unwrap();
    fs::remove_file(place.file("key")).unwrap();
    problem(
        &place,
        &format!(
            "{of_key} there is no file key: make it with `ssh-keygen -t ed25519 -f key`, and add its public half to authorized_keys on the nodes"
        ),
    );
    fs::create_dir(place.file("key")).unwrap();
    problem(
        &place,
        &format!("{of_key} cannot read key: it is a directory: name the file in it"),
    );
    fs::remove_dir(place.file("key")).unwrap();
    write_private(&place.file("key"), "ssh-ed25519 AAAA");
    problem(
        &place,
        &format!(
            "{of_key} key holds no private key that we can read: name the file without `.pub`, an Ed25519, ECDSA or RSA key in OpenSSH's form or in PEM"
        ),
    );
    let key = russh::keys::decode_secret_key(&again, None).unwrap();
    let locked = key.encrypt(&mut russh::keys::key::safe_rng(), "canary of a word");
    let locked = locked.unwrap().to_openssh(Default::default()).unwrap();
    write_private(&place.file("key"), &locked);
    problem(
        &place,
        &format!(
            "{of_key} key is encrypted: give its passphrase in key_passphrase_file or VSTORAGE_SSH_KEY_PASSPHRASE"
        ),
    );
    place.write(".env", "VSTORAGE_SSH_KEY_PASSPHRASE=canary of another\n");
    problem(
        &place,
        &format!(
            "{of_key} key cannot be opened, or the passphrase is wrong: see that `ssh-keygen -y -f` takes both"
        ),
    );
    place.write(".env", "");
    write_private(&place.file("key"), &again);

    write_private(&place.file("password"), "\ncanary\n");
    problem(
        &place,
        &format!("{of_password} the first line of password is empty: write the secret there"),
    );
    mode("token", 0o644);
    write_private(&place.file("password"), "canary\n");
    problem(
        &place,
        "site.toml line 2: token_file in [api]: others can read token, which has mode 0644: run `chmod 600 token`",
    );
    mode("token", 0o600);
    problem_with(
        &place,
        "VSTORAGE_KNOWN_HOSTS=hosts\n",
        ".env line 1: VSTORAGE_KNOWN_HOSTS: cannot read hosts: there is no such file",
    );
    fs::create_dir(place.file("hosts")).unwrap();
    problem_with(
        &place,
        "VSTORAGE_KNOWN_HOSTS=hosts\n",
        ".env line 1: VSTORAGE_KNOWN_HOSTS: cannot read hosts: it is a directory: name the file in it",
    );
}

#[test]
fn a_line_of_known_hosts_that_counts_for_nothing_is_told_at_every_start() {
    let place = right();
    let pin = RIGHT.find("host_key_sha256").unwrap();
    let (head, rest) = RIGHT.split_at(pin);
    let (_, rest) = rest.split_once('\n').unwrap();
    place.write(
        "site.toml",
        &format!("{head}known_hosts_file = \"hosts\"\n{rest}"),
    );
    place.write(
        "hosts",
        "# of the site\nnode1.example ssh-ed25519 AAAA\nnode2.example ssh-ed25519 AAAA\n@Revoked * x\n",
    );
    let config = Config::load(&Origins {
        file: Some(place.file("site.toml")),
        env_file: EnvFile::Nowhere,
        ..Origins::default()
    });
    let hosts = place.file("hosts");
    let told = |number: u8| {
        format!(
            "{} line {number} cannot be read, by OpenSSH neither, and counts for nothing: see its marker, its type of key and its key",
            hosts.display()
        )
    };
    assert_eq!(config.unwrap().notices, [told(2), told(4)]);
}

#[test]
fn a_secret_is_in_a_plain_file_of_its_own() {
    let place = right();
    let of_password = "site.toml line 11: password_file in [cluster.panel] of cluster1:";
    fs::remove_file(place.file("password")).unwrap();
    mkfifoat(CWD, place.file("password"), Mode::RUSR).unwrap();
    problem(
        &place,
        &format!("{of_password} password is no plain file: write the secret into one"),
    );
    fs::remove_file(place.file("password")).unwrap();
    write_private(&place.file("password"), &"canary\n".repeat(1 << 18));
    problem(
        &place,
        &format!(
            "{of_password} password is longer than any secret: name the file that holds it alone"
        ),
    );
}

#[test]
fn an_open_file_of_variables_is_told_of_where_it_holds_a_secret() {
    let place = right();
    let notices = |text: &str, mode: u32| {
        place.write("open.env", text);
        let mode = fs::Permissions::from_mode(mode);
        fs::set_permissions(place.file("open.env"), mode).unwrap();
        let config = Config::load(&Origins {
            file: Some(place.file("site.toml")),
            env_file: EnvFile::At(place.file("open.env")),
            ..Origins::default()
        });
        let here = place.path().display().to_string();
        let notices = config.unwrap().notices.into_iter();
        notices.map(|it| it.replace(&here, "FOLDER")).collect()
    };
    let none: [String; 0] = [];
    let secret = "ADMIN_PASSWORD=canary\n";
    let told: Vec<String> = notices(secret, 0o640);
    assert_eq!(
        told,
        [
            "others can read FOLDER/open.env, which holds secrets and has mode 0640: run `chmod 600 FOLDER/open.env`"
        ]
    );
    assert_eq!(notices(secret, 0o600), none);
    assert_eq!(notices("PORT=8080\nADMIN_PASSWORD=\n", 0o644), none);
}

#[test]
fn what_the_operator_should_know_is_said_at_every_start() {
    let place = right();
    let settings = RIGHT.replace("https://panel.example:8888", "http://127.0.0.1:1");
    place.write("site.toml", &settings);
    let notices = |variables: &[(&str, &str)]| {
        let environment = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let config = Config::load(&Origins {
            file: Some(place.file("site.toml")),
            env_file: EnvFile::Nowhere,
            environment: environment.collect(),
            ..Origins::default()
        });
        config.unwrap().notices
    };
    let variables = [
        ("REDIS_HOST", "1"),
        ("PROMETHEUS_URL", "http://192.0.2.5:9090"),
        // Below the panel, of which the same is said.
        ("GRAFANA_API_KEY", "canary"),
        ("PANEL_INSECURE", "1"),
    ];
    assert_eq!(
        notices(&variables),
        [
            "REDIS_* is ignored: the newest reading is kept in memory",
            "the certificate of the panel of cluster1 is NOT checked: whoever stands in between reads the password; pin it with PANEL_SHA256",
            "the panel of cluster1 is asked without TLS, on this machine",
            "Prometheus of cluster1 is asked without TLS: whoever stands in between makes the figures",
        ]
    );
    let (nodes, rest) = (
        settings.find("[cluster.ssh]"),
        settings.find("[cluster.panel]"),
    );
    let settings = format!(
        "{}{}[cluster.grafana]\nurl = \"https://grafana.example\"\ntoken_file = \"token\"\ninsecure = true\n",
        &settings[..nodes.unwrap()],
        &settings[rest.unwrap()..]
    );
    place.write("site.toml", &settings);
    assert_eq!(
        notices(&[]),
        [
            "the panel of cluster1 is asked without TLS, on this machine",
            "storage of cluster1 is billed from grafana, the first source whose settings are there: name the one that is meant as storage_source",
            "the certificate of Grafana of cluster1 is NOT checked: whoever stands in between reads the token and makes the figures; pin it with sha256",
        ]
    );
    let prometheus = "[cluster.prometheus]\nurl = \"https://metrics.example\"\ninsecure = true\nusername = \"a\"\npassword_file = \"password\"\n";
    place.write("site.toml", &format!("{settings}{prometheus}"));
    assert_eq!(
        notices(&[("STORAGE_SOURCE", "prometheus")])[1],
        "the certificate of Prometheus of cluster1 is NOT checked: whoever stands in between reads the password and makes the figures; pin it with sha256"
    );
    let settings = settings.replace("[[cluster]]", "[[cluster]]\nwitnesses = []");
    place.write("site.toml", &settings);
    assert_eq!(
        notices(&[("STORAGE_SOURCE", "overview")])[1],
        "grafana of cluster1 has settings, and is neither billed nor a witness: it is not asked; name it in witnesses, or take its settings out"
    );
}

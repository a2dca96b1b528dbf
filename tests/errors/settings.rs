//! What is wrong with a settings file: its form, its keys, and what it lacks.

use crate::{
    common::RIGHT,
    place::Place,
    told::Mask,
    variables::{problem, problem_with, right},
};

/// The settings with this in the place of that.
#[track_caller]
fn with(that: &str, this: &str, told: &str) {
    let place = right();
    assert!(RIGHT.contains(that), "{that}");
    place.write("site.toml", &RIGHT.replace(that, this));
    problem(&place, told);
}

#[test]
fn a_key_that_cannot_be_right_is_named_with_its_line() {
    with(
        "[api]",
        "pol_interval = \"60s\"\n[api]",
        "site.toml line 1: pol_interval: there is no such key: did you mean `poll_interval`?",
    );
    with(
        "[api]",
        "[api]\npassword = \"canary\"",
        "site.toml line 2: password in [api]: there is no such key; there are: token_file, plain_http, max_connections, max_connections_per_address, trusted_proxies, rate_limit_rps, rate_limit_burst, token_rate_limit_rps, token_rate_limit_burst, access_log, tls, tokens",
    );
    with(
        "[api]",
        "[api]\nnodes = []",
        "site.toml line 2: nodes in [api]: there is no such key here: it belongs in [cluster.ssh]",
    );
    with(
        "[api]",
        "[api]\nlisten = \":1\"",
        "site.toml line 2: listen in [api]: there is no such key here: it belongs above the first table",
    );
    with(
        "[[cluster]]",
        "[cluster]",
        "site.toml line 3: cluster: it is a table of its own: write [[cluster]] above its keys",
    );
    with(
        "[api]",
        "poll_interval = \"60\"\n[api]",
        "site.toml line 1: poll_interval: write a duration in quotes with its unit, above zero and within a year, such as \"60s\" or \"15m\"",
    );
    with(
        "[api]",
        "poll_interval = 60\n[api]",
        "site.toml line 1: poll_interval: it is a value of type integer: write a duration in quotes with its unit, above zero and within a year, such as \"60s\" or \"15m\"",
    );
    with(
        "[api]",
        "[api]\nrate_limit_rps = -1",
        "site.toml line 2: rate_limit_rps in [api]: write a whole number from 1 to 4294967295, without quotes, or leave it out",
    );
    with(
        "[api]",
        "[api]\nmax_connections = 0",
        "site.toml line 2: max_connections in [api]: write a whole number from 1 to 4294967295, without quotes, or leave it out",
    );
    with(
        "[api]",
        "[api]\ntrusted_proxies = [\"192.0.2.0/24\", \"192.0.2.1/33\"]",
        "site.toml line 2: trusted_proxies in [api]: `192.0.2.1/33` is no address: write one such as 192.0.2.1, or a range such as 192.0.2.0/24",
    );
    with(
        "[api]",
        "max_age = \"30s\"\n[api]",
        "site.toml line 1: max_age: it is shorter than poll_interval, so that no figure would live to the next round: write a longer one",
    );
    with(
        "name = \"cluster1\"",
        "name = \"cluster1",
        "site.toml line 4, column 17: it is no TOML: invalid basic string, expected `\"`",
    );
    with(
        "SHA256:47",
        "SHA256:4",
        "site.toml line 8: host_key_sha256 in [cluster.ssh] of cluster1: a fingerprint is written as `ssh-keygen -lf` prints it: SHA256: and 43 characters",
    );
    with(
        "key_file = \"key\"",
        "key_file = \"key\"\nknown_hosts_file = \"hosts\"",
        "site.toml line 8: known_hosts_file in [cluster.ssh] of cluster1: host_key_sha256 is given, too: keep one of the two",
    );
    for number in [0, 10] {
        with(
            "key_file = \"key\"",
            &format!("key_file = \"key\"\nmax_channels = {number}"),
            "site.toml line 8: max_channels in [cluster.ssh] of cluster1: write a whole number from 1 to 9: OpenSSH allows 10 on a connection, see MaxSessions in sshd_config there",
        );
    }
}

#[test]
fn every_kind_of_value_says_what_is_right() {
    for (table, line, expected) in [
        ("", "listen = 1", "an address in quotes"),
        ("[api]", "token_file = 1", "a path in quotes"),
        (
            "[api]",
            "rate_limit_rps = \"1\"",
            "a whole number from 1 to 4294967295, without quotes, or leave it out",
        ),
        ("[[cluster]]", "name = 1", "a text in quotes"),
        (
            "[cluster.ssh]",
            "nodes = 1",
            "a list of texts, such as [\"root@node1.example\"]",
        ),
        (
            "[cluster.ssh]",
            "host_key_sha256 = 1",
            "a text in quotes, or a list of them",
        ),
        (
            "[cluster.panel]",
            "insecure = 1",
            "true or false, without quotes",
        ),
    ] {
        let place = right();
        let (key, value) = line.split_once(" = ").unwrap();
        let kind = if value.starts_with('"') {
            "string"
        } else {
            "integer"
        };
        let head = if table.is_empty() {
            key.to_owned()
        } else {
            format!("{key} in {table}")
        };
        // Nothing else of the cluster is there to be told of: it is the same table, and it is spoiled.
        let whole = format!("{table}\n{line}\n");
        place.write("site.toml", &whole);
        let ended = place
            .program(&["--config", "site.toml", "config", "check"])
            .run();
        let told =
            format!("site.toml line 2: {head}: it is a value of type {kind}: write {expected}\n");
        assert!(ended.stderr.contains(&told), "{told}{}", ended.stderr);
    }
}

#[test]
fn what_is_missing_is_named_with_every_place_where_it_could_be() {
    with(
        "name = \"cluster1\"\n",
        "",
        "site.toml line 3: VSTORAGE_CLUSTER, or name in [[cluster]]: it is missing: the cluster's name, as `ls /etc/vstorage/clusters` on a node shows it",
    );
    with(
        "nodes = [\"root@node1.example\"]\n",
        "",
        "site.toml line 5: VSTORAGE_NODES, or nodes in [cluster.ssh] of cluster1: no storage node is named: write user@host[:port], such as root@node1.example",
    );
    with(
        "key_file = \"key\"\n",
        "",
        "site.toml line 5: VSTORAGE_SSH_KEY, or key_file in [cluster.ssh] of cluster1: it is missing: the file of the private key with which the user logs in on the nodes",
    );
    with(
        "host_key_sha256",
        "#",
        "site.toml line 5: VSTORAGE_KNOWN_HOSTS, or known_hosts_file in [cluster.ssh] of cluster1: it is missing: a file of the nodes' host keys, whose lines `vhi-usage trust ssh HOST` shows, or their fingerprints in host_key_sha256",
    );
    with(
        "url = ",
        "#",
        "site.toml line 9: VHI_PANEL_URL, or url in [cluster.panel] of cluster1: it is missing: the panel's address, such as https://panel.example:8888",
    );
    with(
        "password_file = ",
        "#",
        "site.toml line 9: ADMIN_PASSWORD, or password_file in [cluster.panel] of cluster1: it is missing: the password of the panel's user, or a file that holds it",
    );
    with(
        "token_file",
        "#",
        "API_BEARER_TOKEN, or token_file in [api], or [[api.tokens]]: no API token is set, and the service does not start without one: `vhi-usage token new NAME` makes one",
    );
    let sentence = "the settings cannot be used: gone.toml: cannot read the settings file: there is no such file";
    let ended = Place::new()
        .program(&["--config", "gone.toml", "serve"])
        .run();
    Mask::default().ends(&ended, 2, sentence);
    let ended = Place::new().program(&["--config", ".", "serve"]).run();
    let sentence = "the settings cannot be used: .: cannot read the settings file: it is a directory: name the file in it";
    Mask::default().ends(&ended, 2, sentence);
}

#[test]
fn an_empty_variable_is_none() {
    let place = right();
    place.write("site.toml", &RIGHT.replace("key_file", "#"));
    problem_with(
        &place,
        "VSTORAGE_SSH_KEY=\n",
        "site.toml line 5: VSTORAGE_SSH_KEY, or key_file in [cluster.ssh] of cluster1: it is missing: the file of the private key with which the user logs in on the nodes",
    );
}

#[test]
fn names_that_stand_twice_and_variables_of_no_one_cluster_are_told() {
    let place = right();
    let cluster = &RIGHT[RIGHT.find("[[cluster]]").unwrap()..];
    place.write("site.toml", &format!("{RIGHT}{cluster}"));
    problem(
        &place,
        "site.toml line 13: name in [[cluster]]: another cluster has this name, too: each is given once",
    );
    place.write(
        "site.toml",
        &format!("{RIGHT}{}", cluster.replace("cluster1", "cluster2")),
    );
    problem_with(
        &place,
        "ADMIN_PASSWORD=canary\n",
        ".env line 1: ADMIN_PASSWORD: it speaks of a cluster, and the settings file names several: write it into the table of the one that is meant",
    );
}

#[test]
fn several_problems_are_told_one_a_line() {
    let place = right();
    place.write(".env", "LISTEN=1\nSIZE_BASE=7\n");
    let ended = place
        .program(&["--config", "site.toml", "config", "check"])
        .run();
    Mask::default().ends(
        &ended,
        2,
        "the settings cannot be used, for 2 reasons:\n  \
        .env line 2: SIZE_BASE: a size base is 1024 or 1000: what a printed unit is a power of\n  \
        .env line 1: LISTEN: write an address and a port such as 127.0.0.1:8080, or :8080 for every address",
    );
}

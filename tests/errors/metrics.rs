//! Settings of the storage sources that cannot be right: which is billed, which are witnesses, and how
//! Prometheus and Grafana are asked.

use crate::{
    common::{RIGHT, write_private},
    place::Place,
    variables::{problem, problem_with, right},
};

/// The settings with these lines in their first `[[cluster]]`, and this table behind the others.
#[track_caller]
fn with(lines: &str, table: &str, told: &str) {
    let place = Place::new();
    crate::common::write_right(place.path());
    write_private(&place.file("blank"), "two words\n");
    let settings = RIGHT.replace("[[cluster]]\n", &format!("[[cluster]]\n{lines}"));
    place.write("site.toml", &format!("{settings}{table}"));
    problem(&place, told);
}

#[test]
fn a_source_that_cannot_be_billed_or_a_witness() {
    problem_with(
        &right(),
        "STORAGE_SOURCE=tape\n",
        ".env line 1: STORAGE_SOURCE: it is no storage source: write ssh, overview, prometheus or grafana, or leave it out",
    );
    let place = "site.toml line 4: witnesses in [[cluster]] of cluster1:";
    for (witnesses, why) in [
        (
            "\"tape\"",
            "`tape` is no storage source: write ssh, overview, prometheus or grafana, each in quotes",
        ),
        (
            "\"ssh\"",
            "`ssh` is the source that is billed, and no witness of itself: leave it out",
        ),
        (
            "\"overview\", \"overview\"",
            "`overview` stands there twice: name each source once",
        ),
        (
            "\"prometheus\"",
            "`prometheus` has no settings: set url in [cluster.prometheus], or leave it out",
        ),
    ] {
        let line = format!("witnesses = [{witnesses}]\n");
        with(&line, "", &format!("{place} {why}"));
    }
    let place = right();
    let settings = RIGHT.replace(
        "[[cluster]]\n",
        "[[cluster]]\nwitnesses = [\"ssh\"]\nstorage_source = \"overview\"\n",
    );
    let (head, tail) = settings.split_once("[cluster.ssh]").unwrap();
    let (_, panel) = tail.split_once("[cluster.panel]").unwrap();
    place.write("site.toml", &format!("{head}[cluster.panel]{panel}"));
    problem(
        &place,
        "site.toml line 4: witnesses in [[cluster]] of cluster1: `ssh` has no settings: set nodes in [cluster.ssh], or leave it out",
    );
}

#[test]
fn prometheus_cannot_be_asked_so() {
    let table = "[cluster.prometheus]\n";
    let key = |line: u32, key: &str, why: &str| {
        format!("site.toml line {line}: {key} in [cluster.prometheus] of cluster1: {why}")
    };
    with(
        "",
        table,
        "site.toml line 12: PROMETHEUS_URL, or url in [cluster.prometheus] of cluster1: it is missing: the address of Prometheus, such as http://metrics.example:9090",
    );
    let https = "url = \"https://metrics.example:9090\"\n";
    let http = "url = \"http://metrics.example:9090\"\n";
    for (lines, told) in [
        (
            "url = \"metrics.example\"\n".to_owned(),
            key(
                13,
                "url",
                "it is no address: write one such as http://metrics.example:9090",
            ),
        ),
        (
            "url = \"http://a:canary@metrics.example\"\n".to_owned(),
            key(
                13,
                "url",
                "it must be an address alone, such as http://metrics.example:9090: no user, no password, no query and no `#`",
            ),
        ),
        (
            format!("{http}token_file = \"token\"\n"),
            key(
                13,
                "url",
                "a secret goes over https only: write an address such as https://metrics.example:9090, or take username, password_file and token_file out",
            ),
        ),
        (
            format!("{https}username = \"a\"\n"),
            key(
                12,
                "password_file",
                "it is missing: the password of username, or a file that holds it",
            ),
        ),
        (
            format!("{https}password_file = \"password\"\n"),
            key(
                12,
                "username",
                "it is missing: the user whose password is in password_file",
            ),
        ),
        (
            format!("{https}username = \"a\"\ntoken_file = \"token\"\n"),
            key(
                15,
                "token_file",
                "username or password_file is given, too: keep the token, or the two",
            ),
        ),
        (
            format!("{https}token_file = \"blank\"\n"),
            key(
                14,
                "token_file",
                "a token has no blanks and no letters beyond ASCII: it stands alone on its line",
            ),
        ),
        (
            format!("{https}free_query = \"\"\n"),
            key(
                14,
                "free_query",
                "it is empty: write a query, or leave it out for the usual one",
            ),
        ),
        (
            format!("{https}matcher = \"a\"\nfree_query = \"b\"\n"),
            key(
                15,
                "free_query",
                "matcher is written, and does nothing here: put `$matcher` where it goes, or take matcher out",
            ),
        ),
        (
            format!("{https}insecure = true\nca_file = \"ca.pem\"\n"),
            key(
                12,
                "sha256",
                "Prometheus's certificate is judged in one way: keep one of ca_file, sha256 and insecure",
            ),
        ),
        (
            format!("{https}ca_file = \"ca.pem\"\n"),
            key(
                14,
                "ca_file",
                "cannot read Prometheus's certificate authorities in ca.pem: there is no such file",
            ),
        ),
    ] {
        with("", &format!("{table}{lines}"), &told);
    }
}

#[test]
fn grafana_cannot_be_asked_so() {
    let elsewhere = "url = \"https://grafana.example\"\n";
    let missing = "it is missing: a token of a service account of Grafana, or a file that holds it";
    let forms = "it names the data source in the other way: the forms with id go with datasource_id, all others with datasource_uid";
    for (lines, line, key, why) in [
        (
            "url = \"http://grafana.example\"\ntoken_file = \"token\"\n".to_owned(),
            13,
            "url",
            "token and session go over https only: write an address such as https://panel.example:8888/grafana",
        ),
        (
            "auth = \"both\"\n".to_owned(),
            12,
            "GRAFANA_API_KEY, or token_file",
            missing,
        ),
        (
            elsewhere.to_owned(),
            12,
            "GRAFANA_API_KEY, or token_file",
            missing,
        ),
        (
            "auth = \"key\"\n".to_owned(),
            13,
            "auth",
            "write token, panel or both: what Grafana is shown to let us in",
        ),
        (
            format!("{elsewhere}auth = \"panel\"\n"),
            14,
            "auth",
            "the panel's session goes to the panel's own address alone: write token, or take url out",
        ),
        (
            "datasource_uid = \"P1\"\ndatasource_id = 1\n".to_owned(),
            14,
            "datasource_id",
            "datasource_uid is given, too: keep one of the two, the uid if you can",
        ),
        (
            "datasource_uid = \"P1\"\nquery_form = \"proxy-id\"\n".to_owned(),
            14,
            "query_form",
            forms,
        ),
        (
            "insecure = true\n".to_owned(),
            13,
            "insecure",
            "the panel's session goes there, and no certificate is trusted with it but as [cluster.panel] says: take this out, or write auth = \"token\"",
        ),
        (
            "insecure = true\nca_file = \"ca.pem\"\n".to_owned(),
            12,
            "sha256",
            "Grafana's certificate is judged in one way: keep one of ca_file, sha256 and insecure",
        ),
    ] {
        let told = format!("site.toml line {line}: {key} in [cluster.grafana] of cluster1: {why}");
        with("", &format!("[cluster.grafana]\n{lines}"), &told);
    }
}

#[test]
fn two_clusters_cannot_be_billed_for_the_same_bytes() {
    let place = right();
    let (head, tail) = RIGHT.split_once("[cluster.ssh]").unwrap();
    let (_, panel) = tail.split_once("[cluster.panel]").unwrap();
    let table = "[cluster.prometheus]\nurl = \"https://metrics.example\"\n[cluster.panel]";
    let one = format!("{head}{table}{panel}");
    let other = one.split_once("[[cluster]]").unwrap().1;
    let other = other.replace("cluster1", "cluster2");
    place.write("site.toml", &format!("{one}[[cluster]]{other}"));
    problem(
        &place,
        "site.toml line 12: matcher in [cluster.prometheus] of cluster2: cluster1 and cluster2 ask the same queries at the same address, and the same bytes are billed twice: write a matcher for each of them that selects its own series",
    );
}

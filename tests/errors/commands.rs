//! Wrong usage, ports that cannot be had, files that cannot be read or written, peers that are none.

use std::{collections::BTreeMap, fs, net::TcpListener, time::Duration};

use vhi_usage::chain::chain;

use crate::{
    common::{RIGHT, Site},
    place::Place,
    told::{Mask, nobody},
    variables::{problem, problem_with, right},
    wait::until,
};

#[test]
fn a_port_that_cannot_be_had() {
    let place = right();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let serve = |listen: &str| {
        let args = ["--config", "site.toml", "serve", "--listen", listen];
        let plain = BTreeMap::from([("PLAIN_HTTP".to_owned(), "1".to_owned())]);
        place.program(&args).variables(&plain).run()
    };
    Mask::default().of(address, "ADDRESS").ends(
        &serve(&address.to_string()),
        2,
        "cannot listen on ADDRESS: another process has that port (`ss -ltnp` names it): end it, or choose another port with --listen, LISTEN or listen in the settings",
    );
    // Behind the warning that it would be plain HTTP.
    let ended = serve("192.0.2.1:8080");
    let told = "vhi-usage: cannot listen on 192.0.2.1:8080: this machine has no such address: take one that `ip address` shows, or :PORT for all of them\n";
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.ends_with(told), "{}", ended.stderr);
    let sim = place.program(&["sim", "--http-listen", &address.to_string()]);
    Mask::default().of(address, "ADDRESS").ends(
        &sim.run(),
        2,
        "cannot listen on ADDRESS; --ssh-listen and --http-listen choose where: Address already in use (os error 98)",
    );
    let sim = place.program(&["sim", "--nodes", "2", "--ssh-listen", "127.0.0.1:65535"]);
    Mask::default().ends(
        &sim.run(),
        2,
        "there are not 2 ports from 127.0.0.1:65535 on: begin at a lower one, or at 0 for free ones",
    );
}

#[test]
fn a_word_that_the_command_line_does_not_know() {
    let place = right();
    for (args, first) in [
        (
            &["sim", "--fault", "hung"][..],
            "error: invalid value 'hung' for '--fault <KIND>': unknown fault `hung`; there are login-refused, host-key-changed, hang, hang-hard, slow, half-output, no-output, exit-1, no-status, exec-refused, endless-output, other-cluster, not-settled, connection-drop, node-down, session-expiry, panel-login-refused, panel-401, panel-500, panel-hang, panel-not-json, panel-slow-body, panel-redirect, panel-certificate-changed, sparse-stat, old-names, overview-shifted, decimal-print, overview-403, license-403, overview-other, overview-no-total, overview-more-free, no-license-line, license-low, unread-line, unknown-form, metrics-empty, metrics-nan, metrics-inf, metrics-partial, metrics-warnings, metrics-more-free, metrics-fraction, metrics-400, metrics-422, metrics-503, metrics-not-json, metrics-hang, metrics-down, grafana-proxy-401, grafana-401, grafana-403, grafana-no-ids, grafana-wants-both",
        ),
        (
            &["trust", "ssh", "root@node1"],
            "error: invalid value 'root@node1' for '<HOST[:PORT]>': `root@node1` is no SSH server: write host or host:port, such as node1.example, an IPv6 address in brackets",
        ),
    ] {
        let ended = place.program(args).run();
        assert_eq!(ended.code, Some(2));
        assert_eq!(ended.stderr.lines().next(), Some(first), "{ended:#?}");
    }
    Mask::default().ends(
        &place
            .program(&["trust", "panel", "http://panel.example"])
            .run(),
        2,
        "`http://panel.example` is no panel's address: write one such as https://panel.example:8888",
    );
    let args = ["--config", "site.toml", "check", "--cluster", "cluster9"];
    Mask::default().ends(
        &place.program(&args).run(),
        2,
        "the settings have no cluster cluster9; there are: cluster1",
    );
}

#[test]
fn a_file_that_cannot_be_read() {
    let place = Place::new();
    for (file, why) in [
        ("gone.txt", "there is no such file"),
        (
            "/etc/passwd/x",
            "what stands before its last `/` is no directory",
        ),
        (".", "it is a directory: name the file in it"),
        (
            "/dev/zero",
            "it is longer than 67108864 bytes, which no report is",
        ),
    ] {
        let sentence = format!("cannot read {file}: {why}");
        Mask::default().ends(&place.program(&["parse", file]).run(), 2, &sentence);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_written() {
    let site = Site::new(1).await;
    let place = Place::new();
    let (node, panel) = (&site.nodes()[0], &site.cluster().panel);
    let host = node.address.to_string();
    let last = |args: &[&str]| {
        let ended = place.program(args).run();
        assert_eq!(ended.code, Some(2), "{ended:#?}");
        ended.stderr.lines().last().unwrap().to_owned()
    };
    let told = "vhi-usage: cannot write gone/file: there is no folder for it";
    assert_eq!(last(&["trust", "ssh", &host, "--write", "gone/file"]), told);
    let panel = ["trust", "panel", &panel.url, "--write", "gone/file"];
    assert_eq!(last(&panel), told);
    fs::create_dir(place.file("hosts")).unwrap();
    let told = "vhi-usage: cannot read hosts: it is a directory: name the file in it";
    assert_eq!(last(&["trust", "ssh", &host, "--write", "hosts"]), told);
    let (name, _) = node.known_hosts.split_once(' ').unwrap();
    let other = Site::new(1).await;
    let (_, key) = other.nodes()[0].known_hosts.split_once(' ').unwrap();
    place.write("file", &format!("{name} {key}\n"));
    Mask::default()
        .of(&host, "HOST:PORT")
        .of(&node.fingerprint, "SHA256:SHOWN")
        .of(&other.nodes()[0].fingerprint, "SHA256:EXPECTED")
        .says(
            last(&["trust", "ssh", &host, "--write", "file"]),
            "vhi-usage: HOST:PORT: nothing was written, for file line 1 expects SHA256:EXPECTED, and it shows ssh-ed25519 SHA256:SHOWN: compare that with `ssh-keygen -lf` on the node's console; if it is the node's, `vhi-usage trust ssh HOST:PORT` shows the line that pins it, and if not, somebody is in between; where the new key is right, take the old line out first",
        );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_shows_nothing() {
    let site = Site::new(1).await;
    let place = Place::new();
    let gone = nobody();
    let node = site.nodes()[0].address.to_string();
    let panel = site.cluster().panel.url.replace("https://", "");
    let mask = Mask::default()
        .of(&gone, "GONE")
        .of(&node, "NODE")
        .of(&panel, "PANEL");
    let url = |place: &str| format!("https://{place}");
    for (args, sentence) in [
        (
            ["trust", "ssh", &gone],
            "GONE: cannot connect: connection refused: is sshd running there, and is the port right?",
        ),
        (
            ["trust", "ssh", &panel],
            "PANEL: cannot connect: what listens there ends the SSH handshake, see whether it is sshd and what its log says: Disconnected",
        ),
        (
            ["trust", "panel", &url(&gone)],
            "https://GONE: cannot connect: connection refused; is the panel running there, and is the port right?",
        ),
        (
            ["trust", "panel", &url(&node)],
            "https://NODE: no TLS handshake: what listens there speaks no TLS; is the panel running there, and is the port right?",
        ),
    ] {
        mask.ends(&place.program(&args).run(), 3, sentence);
    }
    let hole = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = url(&hole.local_addr().unwrap().to_string());
    let within = Duration::from_millis(200);
    let error = vhi_usage::panel::shown::certificate(&silent, within).await;
    Mask::default().of(&silent, "PLACE").says(
        chain(&error.unwrap_err()),
        "PLACE: no TLS handshake within 200ms: is it a panel, is it up, and does every firewall let the port through?",
    );
}

#[test]
fn a_service_whose_port_is_public_says_what_is_missing() {
    let place = right();
    let public = |more: &str| {
        let text = format!("listen = \":0\"\n[api]\n{more}");
        place.write("site.toml", &RIGHT.replace("[api]", &text));
    };
    public("");
    let why = "plain HTTP on :0 would show tokens and figures to the network: name certificate_file and key_file in [api.tls], listen on 127.0.0.1, or allow it with plain_http = true in [api] or PLAIN_HTTP=1";
    problem(&place, &format!("site.toml line 1: listen: {why}"));
    let flag = ["--config", "site.toml", "config", "check", "--listen", ":0"];
    Mask::default().ends(
        &place.program(&flag).run(),
        2,
        &format!("the settings cannot be used: --listen: {why}"),
    );
    problem_with(
        &place,
        "LISTEN=:0\nPORT=0\n",
        &format!(".env line 1: LISTEN: {why}"),
    );
    problem_with(
        &place,
        "PORT=0\nPLAIN_HTTP=0\n",
        &format!(".env line 1: PORT: {why}"),
    );
    problem_with(
        &place,
        "PLAIN_HTTP=maybe\n",
        ".env line 1: PLAIN_HTTP: write 1 or 0",
    );
    place.write(".env", "");
    public("plain_http = true");
    let serving = place.program(&["--config", "site.toml", "serve"]).start();
    until("the warning", Duration::from_secs(20), || {
        let words = "tokens and figures cross the network without TLS, by plain HTTP on :0: name certificate_file and key_file in [api.tls], or put a proxy with TLS in front and listen on 127.0.0.1";
        serving.stderr.read().contains(words).then_some(())
    });
    assert_eq!(serving.end_by("TERM", Duration::from_secs(8)).code, Some(0));
}

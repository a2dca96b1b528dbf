//! A storage node that cannot be asked, or answers what is no reading: `check` against the simulator.

use std::time::Duration;

use tokio::net::TcpListener;
use vhi_usage::{
    sim::fault::Fault,
    ssh::{
        error::{ConnectFailure, SshError},
        host_keys::HostKeys,
        login::Login,
        output::ExitStatus,
        pool::Pool,
    },
};

use crate::{
    common::{PATIENCE, STAT, Site, node_at, soon},
    place::Place,
    program::Ended,
    told::{Mask, no_name, nobody},
};

/// `check` of this place.
pub(crate) fn check(place: &Place) -> Ended {
    place.program(&["--config", "site.toml", "check"]).run()
}

/// The masks of a site of one node, and of a folder that is connected to it.
pub(crate) fn mask(site: &Site, place: &Place) -> Mask {
    let node = &site.nodes()[0];
    Mask::default()
        .folder(place.path())
        .of(format!("root@{}", node.address), "NODE")
        .of(node.address, "HOST:PORT")
        .of(&node.fingerprint, "SHA256:SHOWN")
        .of(&site.cluster().panel.url, "PANEL")
}

/// What `check` says of a node with this fault. Only the command that never ends has a short time to do
/// so in: any other takes what it needs on a busy machine.
async fn fault(fault: Fault, code: i32, sentence: &str) {
    let site = Site::with(1, fault).await;
    let place = Place::connected(&site.simulator);
    let within = match fault {
        Fault::Hang => "1s",
        _ => "5m",
    };
    let within = format!("[cluster.ssh]\nconnect_timeout = \"5m\"\ncommand_timeout = \"{within}\"");
    place.write(
        "site.toml",
        &place.read("site.toml").replace("[cluster.ssh]", &within),
    );
    mask(&site, &place).ends(&check(&place), code, &format!("cluster1: {sentence}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_key() {
    let site = Site::new(1).await;
    let place = Place::connected(&site.simulator);
    std::fs::remove_file(place.file("id_ed25519")).unwrap();
    let told = "the settings cannot be used: site.toml line 11: key_file in [cluster.ssh] of cluster1: no private key to log in with: there is no file FOLDER/id_ed25519: make it with `ssh-keygen -t ed25519 -f FOLDER/id_ed25519`, and add its public half to authorized_keys on the nodes";
    mask(&site, &place).ends(&check(&place), 2, told);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_cluster() {
    fault(
        Fault::OtherCluster,
        2,
        "127.0.0.1: asked for cluster cluster1, and the report is of another: set the right one as name in [[cluster]] or VSTORAGE_CLUSTER, or in the command of authorized_keys if it is named there",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_refuses_the_key() {
    fault(
        Fault::LoginRefused,
        3,
        "NODE: the node refuses the key FOLDER/id_ed25519: add the line that `ssh-keygen -y -f FOLDER/id_ed25519` prints to authorized_keys there; a service offers it again at TIME",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_does_not_end_well() {
    for (kind, code, sentence) in [
        (
            Fault::NodeDown,
            3,
            "NODE: cannot connect: what listens there ends the SSH handshake, see whether it is sshd and what its log says: Disconnected",
        ),
        (
            Fault::Hang,
            3,
            "NODE: `/usr/bin/vstorage -c cluster1 stat` did not end within 1s: run it there by hand; without its metadata servers a cluster lets it hang, and command_timeout sets the wait",
        ),
        (
            Fault::Exit1,
            3,
            "NODE: `/usr/bin/vstorage -c cluster1 stat` ended with exit status 1 and said: vstorage: failed to release the session: Connection reset by peer",
        ),
        (
            Fault::NoStatus,
            3,
            "NODE: `/usr/bin/vstorage -c cluster1 stat` ended without an exit status and said nothing: run it there by hand",
        ),
        (
            Fault::EndlessOutput,
            1,
            "NODE: `/usr/bin/vstorage -c cluster1 stat` printed more than 4194304 bytes, which no report has: run it there by hand and see what it prints",
        ),
        (
            Fault::NotSettled,
            1,
            "127.0.0.1: the cluster's status is `unknown`, so its figures are not complete: wait a minute, and see the cluster's metadata servers if it stays",
        ),
        (
            Fault::NoOutput,
            1,
            "127.0.0.1: the output of `/usr/bin/vstorage -c cluster1 stat` is no report that we can read; if it looks right to you, send it to us, names masked: line 1, column 1: expected `exactly one Cluster line`, found `the end of the text`",
        ),
    ] {
        fault(kind, code, sentence).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_does_not_print_back() {
    let site = Site::new(1).await;
    let place = Place::connected(&site.simulator);
    let alone = place
        .read("site.toml")
        .replace("[[cluster]]", "[[cluster]]\nwitnesses = []");
    place.write("site.toml", &alone);
    let text = "Cluster 'cluster1': healthy\nSpace: [OK] allocatable 1TB of 2TB, free 1TB of 2TB\nReplication:  01 norm,  1 limit\n";
    site.scenario().set_report_text(Some(text.to_owned()));
    mask(&site, &place).ends(
        &check(&place),
        1,
        "cluster1: lines that do not print back to the letter: 1, numbers: 1; please send us the report, names masked",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_cannot_be_reached() {
    let site = Site::new(1).await;
    let place = Place::connected(&site.simulator);
    let settings = place.read("site.toml");
    let node = format!("root@{}", site.nodes()[0].address);
    let gone = format!("root@{}", nobody());
    let to = |node: &str, with: &str| {
        place.write("site.toml", &settings.replace(node, with));
        check(&place)
    };
    let refused =
        "cannot connect: connection refused: is sshd running there, and is the port right?";
    let mask = mask(&site, &place).of(&gone, "GONE");
    mask.ends(&to(&node, &gone), 3, &format!("cluster1: GONE: {refused}"));
    let both = format!("{node}\", \"root@127.0.0.1:{}", "1");
    site.scenario().set_node_fault(0, Fault::NoStatus, true);
    mask.ends(
        &to(&node, &both),
        3,
        &format!("cluster1: none of the nodes gave an output: NODE: `{STAT}` ended without an exit status and said nothing: run it there by hand; root@127.0.0.1:1: {refused}"),
    );
    let unknown = format!("root@{}", no_name());
    let ended = to(&node, &unknown);
    let head = format!(
        "vhi-usage: cluster1: {unknown}: cannot connect: no address is known for the name, see its spelling and the DNS: "
    );
    assert_eq!(ended.code, Some(3));
    // How the resolver of this machine says it comes last.
    assert!(ended.stderr.starts_with(&head), "{ended:#?}");
    assert_eq!(ended.stderr.lines().count(), 1, "{ended:#?}");
}

#[tokio::test]
async fn a_node_that_says_nothing_and_one_that_is_none() {
    let site = Site::new(1).await;
    let hole = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let node = node_at(hole.local_addr().unwrap());
    let login = Login {
        connect_timeout: Duration::from_millis(200),
        ..site.login()
    };
    let error = soon(Pool::new(vec![node.clone()], login).run(STAT, PATIENCE)).await;
    let told = vhi_usage::chain::chain(&error.unwrap_err());
    Mask::default().of(&node, "NODE").says(
        told,
        "NODE: cannot connect: no SSH server answers within 200ms: is the host up, and does every firewall let the port through? connect_timeout sets the wait",
    );
    let gone = Login {
        host_keys: HostKeys::File("/nonexistent/known_hosts".into()),
        ..site.login()
    };
    let error = soon(site.pool_with(gone).run(STAT, PATIENCE)).await;
    Mask::default().of(site.node(0), "NODE").says(
        vhi_usage::chain::chain(&error.unwrap_err()),
        "NODE: the host key is not trusted, so the node is left alone until that is mended: cannot read the known hosts in /nonexistent/known_hosts: there is no such file",
    );
}

#[test]
fn what_no_test_can_bring_about_has_its_words_all_the_same() {
    // A route that is missing, a connection that breaks at the right moment, and a node without a free
    // channel take a machine of their own, or luck: these are made by hand.
    let says = |error: SshError, expected: &str| {
        Mask::default().says(vhi_usage::chain::chain(&error), expected);
    };
    let node = || "root@node1.example".parse().unwrap();
    says(
        SshError::Connect {
            node: node(),
            why: ConnectFailure::of(std::io::Error::from_raw_os_error(113)),
        },
        "root@node1.example: cannot connect: the network does not lead there, see its routes and firewalls: No route to host (os error 113)",
    );
    says(
        SshError::Lost {
            node: node(),
            source: russh::Error::Disconnect.into(),
        },
        "root@node1.example: the connection broke, and the next try opens a new one: Disconnected",
    );
    says(
        SshError::Exit {
            node: node(),
            command: STAT.to_owned(),
            status: ExitStatus::Signal("SEGV".to_owned()),
            stderr: "out of memory".to_owned(),
        },
        "root@node1.example: `/usr/bin/vstorage -c cluster1 stat` was ended by signal SEGV and said: out of memory",
    );
    says(
        SshError::Unheard {
            node: node(),
            key: "id_ed25519".to_owned(),
            next_try: "2026-11-22T06:00:00Z".parse().unwrap(),
            source: Box::new(SshError::Connect {
                node: node(),
                why: ConnectFailure::Refused,
            }),
        },
        "root@node1.example: the node does not say whether it takes the key id_ed25519, see what sshd does there at a login and how long; a service offers it again at TIME: root@node1.example: cannot connect: connection refused: is sshd running there, and is the port right?",
    );
    says(
        SshError::Withheld {
            node: node(),
            key: "id_ed25519".to_owned(),
            next_try: "2026-11-22T06:00:00Z".parse().unwrap(),
        },
        "root@node1.example: the key id_ed25519 is not offered, for other nodes of the cluster refuse it; a service offers it again at TIME",
    );
    says(
        SshError::Busy {
            node: node(),
            command: STAT.to_owned(),
            within: Duration::from_secs(22),
            max_channels: 4,
        },
        &format!(
            "root@node1.example: `{STAT}` was not begun within 22s, for 4 commands ran there all the time: max_channels sets how many may"
        ),
    );
    for why in [
        "the node lets this key run no commands, see authorized_keys and sshd_config there",
        "the node gives this connection no further channel, see MaxSessions in sshd_config there",
    ] {
        says(
            SshError::Refused {
                node: node(),
                command: STAT.to_owned(),
                why,
            },
            &format!("root@node1.example: `{STAT}` was not started: {why}"),
        );
    }
}

//! Nodes, asked over SSH.

use std::time::{Duration, Instant};

use crate::{
    clients::{Output, Ssh},
    cluster, simulator,
};
use russh::ChannelMsg;
use vhi_usage::{
    sim::{Simulator, fault::Fault},
    vstorage::report,
};

const STAT: &str = "env LC_ALL=C timeout -k 2 20 /usr/bin/vstorage -c cluster1 stat";
const BARE: &str = "vstorage -c cluster1 stat";

async fn one(simulator: &Simulator, command: &str) -> Output {
    let ssh = Ssh::connect(simulator, 0).await.unwrap();
    ssh.run(command).await.unwrap()
}

#[tokio::test]
async fn every_node_prints_the_report_with_its_own_host_key() {
    let simulator = simulator(&[]).await;
    let scenario = &cluster(&simulator).scenario;
    scenario.freeze(Some(Duration::from_secs(60)));
    for node in 0..2 {
        let ssh = Ssh::connect(&simulator, node).await.unwrap();
        let output = ssh.run(STAT).await.unwrap();
        assert_eq!(output.stdout, scenario.report(node));
        assert_eq!((output.status, output.stderr.as_str()), (Some(0), ""));
        assert!(output.packets > 1);
        let facts = &cluster(&simulator).nodes[node];
        assert_eq!(ssh.fingerprint(), facts.fingerprint);
        let line = format!("[127.0.0.1]:{} {}", facts.address.port(), ssh.host_key());
        assert_eq!(facts.known_hosts, line);
    }
    let nodes = &cluster(&simulator).nodes;
    assert_ne!(nodes[0].fingerprint, nodes[1].fingerprint);
    let counts = scenario.counts();
    assert_eq!((counts.connections, counts.commands), (2, 2));
    assert_eq!(counts.channels_open, 0);
    simulator.stop().await;
}

#[tokio::test]
async fn a_stranger_and_a_refused_key_do_not_get_in() {
    let simulator = simulator(&[]).await;
    let scenario = &cluster(&simulator).scenario;
    assert!(!Ssh::accepts_stranger(&simulator).await);
    scenario.set_node_fault(0, Fault::LoginRefused, true);
    assert!(Ssh::connect(&simulator, 0).await.is_none());
    assert!(Ssh::connect(&simulator, 1).await.is_some());
    scenario.set_node_fault(0, Fault::LoginRefused, false);
    assert!(Ssh::connect(&simulator, 0).await.is_some());
    assert_eq!(scenario.counts().keys_refused, 2);
}

#[tokio::test]
async fn only_the_one_command_is_known() {
    let simulator = simulator(&[]).await;
    let other = one(&simulator, "vstorage -c cluster2 stat").await;
    assert_eq!(other.status, Some(1));
    assert!(other.stderr.starts_with("Bad cluster ID"));
    assert_eq!(other.stdout, "");
    let unknown = one(&simulator, "cat /etc/shadow").await;
    assert_eq!(unknown.status, Some(127));
    assert_eq!(unknown.stderr, "sh: cat: not found\n");
    let ssh = Ssh::connect(&simulator, 0).await.unwrap();
    assert!(ssh.refuses_shell_and_friends().await);
}

#[tokio::test]
async fn each_fault_of_a_command_shows_as_itself() {
    let simulator = simulator(&[]).await;
    let scenario = &cluster(&simulator).scenario;
    scenario.freeze(Some(Duration::from_secs(60)));
    let good = scenario.report(0);
    let with = async |fault, command: &str| {
        scenario.set_fault(fault, true);
        let output = one(&simulator, command).await;
        scenario.set_fault(fault, false);
        output
    };

    let it = with(Fault::HalfOutput, STAT).await;
    let last = it.stdout.lines().last().unwrap();
    assert!(last.starts_with("Space: [OK] allocatable "), "{last}");
    assert!(good.starts_with(&it.stdout) && good.lines().all(|line| line != last));
    assert_eq!(it.status, Some(0));

    let it = with(Fault::NoOutput, STAT).await;
    assert_eq!((it.stdout.as_str(), it.status), ("", Some(0)));

    let it = with(Fault::Exit1, STAT).await;
    assert_eq!((it.stdout.as_str(), it.status), (good.as_str(), Some(1)));
    assert_eq!(it.stderr.lines().count(), 1);

    let it = with(Fault::NoStatus, STAT).await;
    assert_eq!((it.stdout.as_str(), it.status), (good.as_str(), None));

    let it = with(Fault::ExecRefused, STAT).await;
    assert_eq!((it.stdout.as_str(), it.status), ("", None));

    let it = with(Fault::OtherCluster, STAT).await;
    assert!(it.stdout.starts_with("Cluster 'another': healthy\n"));

    let it = with(Fault::NotSettled, STAT).await;
    assert!(it.stdout.starts_with("Cluster 'cluster1': unknown\n"));

    let begin = Instant::now();
    let it = with(Fault::Slow, STAT).await;
    assert_eq!((it.stdout.as_str(), it.status), (good.as_str(), Some(0)));
    assert!(begin.elapsed() >= Duration::from_secs(2));

    let it = with(Fault::Hang, &format!("timeout 0.2 {BARE}")).await;
    assert_eq!((it.stdout.as_str(), it.status), ("", Some(124)));

    let it = with(Fault::EndlessOutput, &format!("timeout 0.3 {BARE}")).await;
    assert!(it.stdout.len() > 10 * good.len());
    assert_eq!(it.status, Some(124));
    assert_eq!(scenario.counts().channels_open, 0);
}

#[tokio::test]
async fn a_hang_without_a_limit_keeps_its_slot_until_a_signal() {
    let simulator = simulator(&[Fault::Hang]).await;
    let scenario = &cluster(&simulator).scenario;
    let ssh = Ssh::connect(&simulator, 0).await.unwrap();
    for _ in 0..10 {
        ssh.begin(BARE).await.unwrap().close().await.unwrap();
    }
    assert!(ssh.begin(BARE).await.is_none());
    assert_eq!(scenario.counts().channels_open, 10);

    let ssh = Ssh::connect(&simulator, 0).await.unwrap();
    let output = ssh.kill(BARE).await;
    assert_eq!(output.status, None);
    assert_eq!(output.signal.as_deref(), Some("KILL"));
    simulator.stop().await;
}

#[tokio::test]
async fn finished_commands_free_their_slots() {
    let simulator = simulator(&[]).await;
    let ssh = Ssh::connect(&simulator, 0).await.unwrap();
    for _ in 0..30 {
        assert_eq!(ssh.run(BARE).await.unwrap().status, Some(0));
    }
    assert_eq!(cluster(&simulator).scenario.counts().connections, 1);
}

#[tokio::test]
async fn an_endless_command_ends_when_nobody_reads_it() {
    let simulator = simulator(&[]).await;
    let scenario = &cluster(&simulator).scenario;
    let ssh = Ssh::connect(&simulator, 0).await.unwrap();
    scenario.set_fault(Fault::EndlessOutput, true);
    let mut endless = ssh.begin(BARE).await.unwrap();
    while !matches!(endless.wait().await.unwrap(), ChannelMsg::Data { .. }) {}
    endless.close().await.unwrap();
    scenario.set_fault(Fault::EndlessOutput, false);
    let freed = async {
        while scenario.counts().channels_open > 0 {
            assert_eq!(ssh.run(BARE).await.unwrap().status, Some(0));
        }
    };
    tokio::time::timeout(Duration::from_secs(5), freed)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_hard_hang_outlives_its_limit() {
    let simulator = simulator(&[Fault::HangHard]).await;
    let ssh = Ssh::connect(&simulator, 0).await.unwrap();
    let command = format!("timeout -k 0.1 0.1 {BARE}");
    let waited = tokio::time::timeout(Duration::from_millis(500), ssh.run(&command)).await;
    assert!(waited.is_err());
}

#[tokio::test]
async fn a_broken_connection_breaks_once_and_only_when_reused() {
    let simulator = simulator(&[Fault::ConnectionDrop]).await;
    let ssh = Ssh::connect(&simulator, 0).await.unwrap();
    assert_eq!(ssh.run(STAT).await.unwrap().status, Some(0));
    assert!(ssh.run(STAT).await.is_none_or(|it| it.status.is_none()));
    let ssh = Ssh::connect(&simulator, 0).await.unwrap();
    for _ in 0..3 {
        assert_eq!(ssh.run(STAT).await.unwrap().status, Some(0));
    }
}

#[tokio::test]
async fn a_reinstalled_node_has_another_key_and_a_dead_one_none() {
    let simulator = simulator(&[]).await;
    let scenario = &cluster(&simulator).scenario;
    scenario.set_node_fault(0, Fault::HostKeyChanged, true);
    let ssh = Ssh::connect(&simulator, 0).await.unwrap();
    assert_ne!(ssh.fingerprint(), cluster(&simulator).nodes[0].fingerprint);
    scenario.set_node_fault(0, Fault::NodeDown, true);
    assert!(Ssh::connect(&simulator, 0).await.is_none());
}

#[tokio::test]
async fn a_text_or_a_report_of_ones_own_is_printed() {
    let simulator = simulator(&[]).await;
    let scenario = &cluster(&simulator).scenario;
    let text = "Cluster 'cluster1': degraded\nSpace: allocatable 1.00TB of 2.00TB, free 1.50TB of 4.00TB\n";
    scenario.hold(Some(report::parse(text).unwrap()));
    assert_eq!(one(&simulator, STAT).await.stdout, text);
    scenario.set_report_text(Some("anything".to_owned()));
    assert_eq!(one(&simulator, STAT).await.stdout, "anything");
    scenario.set_report_text(None);
    scenario.hold(None);
    assert!(one(&simulator, STAT).await.stdout.contains(" of 57.3TB\n"));
}

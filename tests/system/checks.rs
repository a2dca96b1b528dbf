//! `check` against a real server: what it shows, and how it ends.

use std::time::Instant;

use serde_json::{Value, json};

use crate::{
    program::{Ended, Program},
    site::{Site, text},
    tool::REPORT,
};

/// A check that ends so, and says these words to its reader, sentences in as many lines as they need.
#[track_caller]
pub(crate) fn ends(ended: &Ended, code: i32, words: &[&str]) {
    assert_eq!(ended.code, Some(code), "{}{}", ended.stdout, ended.stderr);
    let unfolded: Vec<&str> = ended.stdout.split_whitespace().collect();
    let unfolded = unfolded.join(" ");
    for word in words {
        let said = ended.stdout.contains(word) || unfolded.contains(word);
        assert!(said, "{word}: {}", ended.stdout);
    }
}

#[track_caller]
fn line(ended: &Ended) -> Value {
    assert_eq!(ended.stdout.lines().count(), 1, "{}", ended.stdout);
    serde_json::from_str(&ended.stdout).unwrap()
}

#[test]
fn the_raw_text_stands_beside_the_figures() {
    let site = Site::new();
    let ended = site.check(&site.toml("", ""), &[]);
    let raw: Vec<String> = REPORT
        .lines()
        .enumerate()
        .map(|(index, line)| format!("{:>4} | {line}", index + 1))
        .collect();
    let raw: Vec<&str> = raw.iter().map(String::as_str).collect();
    ends(&ended, 0, &raw);
    ends(
        &ended,
        0,
        &[
            "logical.total       57.3TB        63002016271565        57.3000\n  from                            62947040690176        57.2500\n  to                              63111967434342        57.4000\n",
            "logical.used                      49917827901031        45.4000\n",
            "logical.free        11.9TB        13084188370534        11.9000\n",
            "printed back: 7 of 7 lines are the same to the letter",
            "servers_count",
        ],
    );
}

#[test]
fn the_line_for_programs_has_text_figures_and_verdict() {
    let site = Site::new();
    let toml = site.toml("", "");
    let line = line(&site.check(&toml, &["--json", "--cluster", "cluster1"]));
    assert_eq!(line["cluster"], "cluster1");
    assert_eq!(line["verdict"], "well");
    let storage = &line["storage"];
    assert_eq!(storage["raw"], REPORT);
    assert_eq!(storage["node"], "127.0.0.1");
    assert_eq!(storage["error"], Value::Null);
    assert_eq!(
        storage["report"]["space"]["logical"]["free"]["text"],
        "11.9TB"
    );
    assert_eq!(storage["printed_back"]["differ"], json!([]));
    assert!(line["compute"]["figures"]["servers_count"].is_number());

    let ended = site.check(&toml, &["--cluster", "cluster9"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    assert!(
        ended.stderr.contains("no cluster cluster9"),
        "{}",
        ended.stderr
    );
}

#[test]
fn a_report_that_cannot_be_billed_ends_with_1_and_that_of_another_cluster_with_2() {
    let site = Site::new();
    let toml = site.toml("", "");
    site.tool.prints(
        "Cluster 'cluster1': healthy\nSpace: [OK] allocatable 1.32XB of 1.44TB, free 1TB of 2TB\n",
    );
    let place =
        "\n                               ^\nline 2, column 25: expected `a size such as 1.44TB`";
    ends(&site.check(&toml, &[]), 1, &["report_unreadable", place]);
    let line = line(&site.check(&toml, &["--json"]));
    assert_eq!(line["verdict"], "differs");
    assert_eq!(line["storage"]["error"]["code"], "report_unreadable");
    assert_eq!(line["storage"]["report"]["error"]["column"], 25);

    site.tool.prints(&REPORT.replace("cluster1", "cluster2"));
    ends(
        &site.check(&toml, &[]),
        2,
        &[
            "other_cluster",
            "asked for cluster cluster1, and the report is of cluster2",
        ],
    );

    site.tool.prints(&REPORT.replace("healthy", "unknown"));
    ends(&site.check(&toml, &[]), 1, &["not_settled"]);
}

#[test]
fn a_command_that_fails_ends_with_3_and_the_words_of_the_node() {
    let site = Site::new();
    let mut own = site.variables();
    own.insert("VSTORAGE_CLUSTER".to_owned(), "cluster7".to_owned());
    let ended = Program::new(&site.empty_folder(), &["check"])
        .variables(&own)
        .run();
    ends(
        &ended,
        3,
        &["command_failed", "no cluster is named cluster7"],
    );
}

#[test]
fn a_node_that_is_down_ends_with_3_and_one_clear_sentence() {
    let mut site = Site::new();
    site.node().stop();
    let ended = site.check(&site.toml("", ""), &[]);
    let node = site.node().node();
    let sentence =
        format!("no reading (connect_refused) {node}: cannot connect: connection refused");
    ends(
        &ended,
        3,
        &[&sentence, "is sshd running there, and is the port right?"],
    );
    assert_eq!(ended.stdout.matches(&node).count(), 1, "{}", ended.stdout);
    // The panel was asked all the same.
    ends(&ended, 3, &["servers_count"]);
}

#[test]
fn a_hung_command_ends_with_3_and_in_time() {
    let site = Site::new();
    site.tool.hangs();
    let begun = Instant::now();
    let ended = site.check(&site.toml("", "command_timeout = \"1s\""), &[]);
    ends(&ended, 3, &["command_timeout", "did not end within 1s"]);
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
}

#[test]
fn a_path_of_the_tool_that_is_not_there_is_told_with_the_words_of_the_node() {
    let site = Site::new();
    let mut own = site.variables();
    let gone = site.path("gone/vstorage");
    own.insert("VSTORAGE_COMMAND".to_owned(), text(&gone).to_owned());
    let ended = Program::new(&site.empty_folder(), &["check"])
        .variables(&own)
        .run();
    ends(&ended, 3, &["command_failed", "No such file or directory"]);
}

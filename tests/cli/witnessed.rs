//! `check` against a simulator whose sources are compared: what it shows of each, and how it ends.

use std::{collections::BTreeMap, fs};

use serde_json::Value;

use crate::{
    folder,
    program::{Ended, Program},
    simulated::{ENDS, printed_settings, start},
    text,
};

/// A check of a simulator with this fault, in the page for people and in the line for programs.
struct Checked {
    page: Ended,
    line: Ended,
}

/// With these settings of the cluster.
#[track_caller]
fn check(fault: &str, settings: &str) -> Checked {
    let folder = folder();
    let args = match fault {
        "" => vec!["sim"],
        fault => vec!["sim", "--fault", fault],
    };
    let sim = start(&folder, &args, "simulating");
    let all = printed_settings(&sim, 1);
    let file = folder.path().join("sim.toml");
    let named = "name = \"cluster1\"\n";
    fs::write(&file, all.replace(named, &format!("{named}{settings}\n"))).unwrap();
    let plain = BTreeMap::from([("NO_COLOR".to_owned(), "1".to_owned())]);
    let run = |args: &[&str]| {
        let args = [&["--config", text(&file), "-q", "check"], args].concat();
        Program::new(folder.path(), &args).variables(&plain).run()
    };
    let checked = Checked {
        page: run(&[]),
        line: run(&["--json"]),
    };
    assert_eq!(sim.end_by("INT", ENDS).code, Some(0));
    for line in checked.page.stdout.lines() {
        assert!(
            line.chars().count() <= 80 && !line.contains('\u{1b}'),
            "{line}"
        );
    }
    checked
}

impl Checked {
    /// Both end so.
    #[track_caller]
    fn ends(&self, code: i32) -> Value {
        assert_eq!(self.page.code, Some(code), "{:#?}", self.page);
        assert_eq!(self.line.code, Some(code), "{:#?}", self.line);
        let lines: Vec<&str> = self.line.stdout.lines().collect();
        assert_eq!(lines.len(), 1);
        serde_json::from_str(lines[0]).unwrap()
    }

    /// These words, sentences in as many lines as they need.
    #[track_caller]
    fn shows(&self, words: &[&str]) {
        let page = &self.page.stdout;
        let unfolded = page.split_whitespace().collect::<Vec<_>>().join(" ");
        for words in words {
            let said = page.contains(words) || unfolded.contains(words);
            assert!(said, "{words}: {page}");
        }
    }

    /// What stands on stderr beside the log.
    fn told(&self) -> Vec<&str> {
        let lines = self.page.stderr.lines();
        lines
            .filter_map(|line| line.strip_prefix("vhi-usage: cluster1: "))
            .collect()
    }
}

/// The row of this figure.
#[track_caller]
fn row<'a>(line: &'a Value, figure: &str) -> &'a Value {
    let rows = line["storage"]["figures"].as_array().unwrap();
    rows.iter().find(|row| row["figure"] == figure).unwrap()
}

#[test]
fn all_is_well_where_the_overview_says_the_same() {
    let checked = check("", "witnesses = [\"overview\"]");
    let line = checked.ends(0);
    assert_eq!(line["verdict"], "well");
    assert_eq!(checked.told(), [""; 0]);
    checked.shows(&[
        "\noverview    witness  read at ",
        "\nevidence    confirmed\n",
        "  only 1024\n",
        "and agree with every witness in whatever can be compared",
    ]);
    let compared = |figure: &str| row(&line, figure)["witnesses"][0]["verdict"].clone();
    assert_eq!(compared("physical.total"), "agrees");
    assert_eq!(compared("license.used"), "agrees");
    assert_eq!(compared("logical.free"), "not_comparable");
}

#[test]
fn a_witness_shifted_by_1_percent_ends_it_with_1_and_the_row_says_by_how_much() {
    let checked = check("overview-shifted", "witnesses = [\"overview\"]");
    let line = checked.ends(1);
    let row = row(&line, "physical.total");
    let witness = &row["witnesses"][0];
    assert_eq!(witness["verdict"], "differs");
    let bytes = |it: &Value| it.as_i64().unwrap();
    let (billed, there) = (
        bytes(&row["value"]["bytes"]),
        bytes(&witness["figure"]["bytes"]),
    );
    let difference = bytes(&witness["difference_bytes"]);
    assert_eq!(difference, there - billed);
    assert!(
        (9_999..=10_001).contains(&(difference * 1_000_000 / billed)),
        "{difference}"
    );
    checked.shows(&[
        &format!("  overview{there:>38}"),
        "  DIFFERS\n",
        &format!("    difference{difference:>34}"),
        &format!("    tolerance{:>35}", bytes(&witness["tolerance_bytes"])),
        "\n== cluster1: NOT well: ",
    ]);
    let sentence = format!(
        "physical.total: overview says {there} bytes, which is {difference} more than the billed {billed}, "
    );
    assert!(
        checked.told()[0].starts_with(&sentence),
        "{:?}",
        checked.told()
    );
}

#[test]
fn a_print_in_powers_of_1000_contradicts_the_default_and_confirms_what_is_set() {
    let checked = check("decimal-print", "witnesses = [\"overview\"]");
    let line = checked.ends(1);
    assert_eq!(line["storage"]["size_base_evidence"], "contradicted");
    assert_eq!(line["storage"]["size_base"], 1024);
    checked.shows(&[
        "\nevidence    contradicted\n",
        "\n            size_base = 1000\n",
        "  only 1000\n",
    ]);
    let told = checked.told();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with("the size base in force is 1024, and "),
        "{told:?}"
    );

    let checked = check(
        "decimal-print",
        "witnesses = [\"overview\"]\nsize_base = 1000",
    );
    let line = checked.ends(0);
    assert_eq!(line["storage"]["size_base_evidence"], "confirmed");
    checked.shows(&[
        "\nin force    1000, as configured; ",
        "\nevidence    confirmed\n",
    ]);
}

#[test]
fn a_licence_that_is_nearly_used_up_is_warned_of_and_changes_no_exit_code() {
    let checked = check("license-low", "witnesses = [\"overview\"]");
    let line = checked.ends(0);
    assert_eq!(
        line["storage"]["license"]["headroom"]["below_10_percent"],
        true
    );
    assert_eq!(line["warnings"].as_array().unwrap().len(), 1);
    checked.shows(&["\nheadroom    ", "\nwarning     of the licence "]);
    assert!(
        checked.told()[0].starts_with("warning: of the licence "),
        "{:?}",
        checked.told()
    );
}

#[test]
fn a_line_that_no_rule_reads_is_shown_and_asked_for() {
    for (fault, lines) in [("unread-line", 1), ("unknown-form", 1)] {
        let checked = check(fault, "");
        let line = checked.ends(0);
        let drift = &line["storage"]["drift"];
        assert_eq!(drift["unread_lines"], lines);
        let (number, text) = (&drift["lines"][0]["line"], &drift["lines"][0]["text"]);
        let shown = format!(
            "{:>4} ? {}\n",
            number.as_u64().unwrap(),
            text.as_str().unwrap()
        );
        assert_eq!(checked.page.stdout.matches(&shown).count(), 2, "{shown}");
        checked
            .shows(&["\nwarning     lines of the report that no rule reads: 1; please send us "]);
    }
}

#[test]
fn a_witness_that_refuses_ends_it_with_3_and_costs_no_other_figure() {
    let checked = check("overview-403", "witnesses = [\"overview\"]");
    let line = checked.ends(3);
    let witness = &line["storage"]["witness_readings"][0];
    assert_eq!(witness["source"], "overview");
    assert_eq!(witness["error"]["code"], "panel_status");
    assert!(row(&line, "logical.used")["value"]["bytes"].is_u64());
    assert!(line["compute"]["error"].is_null());
    checked.shows(&[
        "\noverview    witness  no reading (panel_status)\n",
        "  overview    not compared: ",
    ]);
    assert_eq!(checked.told().len(), 1, "{:?}", checked.told());
}

#[test]
fn the_text_of_a_node_is_marked_also_where_it_is_the_witness() {
    let checked = check("", "storage_source = \"overview\"\nwitnesses = [\"ssh\"]");
    let line = checked.ends(0);
    assert_eq!(line["storage"]["basis"], "logical");
    assert!(!line["storage"]["marks"].as_array().unwrap().is_empty());
    checked.shows(&[
        "\noverview    billed   read at ",
        "\nssh         witness  read at ",
        "   2 | Space: [OK] allocatable ",
        "\n-- printed back: ",
        "\ntier.0.physical.total ",
        "\nevidence    confirmed\n",
    ]);
}

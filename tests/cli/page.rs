//! The whole page of a check, of fixed figures: what the operator sees, to the letter, and the line for programs.

use serde_json::Value;
use vhi_usage::cli::check::{found::Found, json, text};

use crate::checked::{asked, fixture, found, node, overview, shifted, unreached, whole};

const WIDTH: usize = 80;

fn page(found: &Found) -> String {
    let mut out = Vec::new();
    text::write(&mut out, found).unwrap();
    String::from_utf8(out).unwrap()
}

/// The lines of the page that begin with these words, one behind the other.
#[track_caller]
fn behind<'a>(lines: &mut impl Iterator<Item = &'a str>, words: &[String]) {
    let found = lines.any(|line| {
        let mut there = line.split_whitespace();
        words.iter().all(|word| there.next() == Some(word))
    });
    assert!(found, "no line of the page shows {words:?} there");
}

fn number(value: &Value) -> String {
    value.as_number().unwrap().to_string()
}

#[test]
fn the_page_is_this_one_to_the_letter() {
    assert_eq!(page(&whole()), fixture("check/page.txt"));
}

#[test]
fn no_line_is_wider_than_80_columns() {
    for found in [
        whole(),
        found(asked(overview()), vec![node(), shifted()]),
        found(unreached(), vec![asked(overview()), node()]),
    ] {
        for line in page(&found).lines() {
            assert!(line.chars().count() <= WIDTH, "{line}");
            assert_eq!(line.trim_end(), line);
        }
    }
}

#[test]
fn the_line_for_programs_has_the_figures_of_the_page() {
    for found in [whole(), found(asked(overview()), vec![node(), shifted()])] {
        let (line, page) = (json::line(&found), page(&found));
        let mut lines = page
            .lines()
            .skip_while(|line| !line.starts_with("-- figures"));
        for row in line["storage"]["figures"].as_array().unwrap() {
            let (name, value) = (row["figure"].as_str().unwrap(), &row["value"]);
            let mut words: Vec<String> = name.split(' ').map(str::to_owned).collect();
            match value.is_null() {
                true => words.push("(not".to_owned()),
                false => {
                    words.extend(value["text"].as_str().map(str::to_owned));
                    words.push(number(&value["bytes"]));
                    words.push(row["tib"].as_str().unwrap().to_owned());
                }
            }
            behind(&mut lines, &words);
            if !value.is_null() && value["min"] != value["max"] {
                behind(&mut lines, &["from".to_owned(), number(&value["min"])]);
                behind(&mut lines, &["to".to_owned(), number(&value["max"])]);
            }
            for witness in row["witnesses"].as_array().unwrap() {
                let mut words = vec![witness["source"].as_str().unwrap().to_owned()];
                let figure = &witness["figure"];
                words.extend(figure["text"].as_str().map(str::to_owned));
                words.extend(figure["bytes"].as_number().map(ToString::to_string));
                behind(&mut lines, &words);
                if !witness["difference_bytes"].is_null() {
                    for part in ["difference", "tolerance"] {
                        let bytes = number(&witness[format!("{part}_bytes")]);
                        behind(&mut lines, &[part.to_owned(), bytes]);
                    }
                }
            }
        }
    }
}

#[test]
fn the_line_for_programs_says_where_each_number_stands_and_what_it_prints_as() {
    let line = json::line(&whole());
    let storage = &line["storage"];
    let raw: Vec<&str> = storage["raw"].as_str().unwrap().lines().collect();
    let marks = storage["marks"].as_array().unwrap();
    let tokens = storage["printed_back"]["tokens"].as_array().unwrap();
    assert_eq!((marks.len(), tokens.len()), (26, 26));
    for (mark, token) in marks.iter().zip(tokens) {
        let place = |key: &str| usize::try_from(mark[key].as_u64().unwrap()).unwrap();
        let line = raw[place("line") - 1].chars().skip(place("column") - 1);
        let there: String = line.take(place("length")).collect();
        assert_eq!(token["figure"], mark["figure"]);
        assert_eq!(token["text"], there);
        assert_eq!(
            (&token["printed_back"], &token["same"]),
            (&token["text"], &true.into())
        );
    }
    assert_eq!(storage["size_base_evidence"], "confirmed");
    let supports = storage["size_base_support"].as_array().unwrap();
    let supports: Vec<&Value> = supports.iter().map(|it| &it["supports"]).collect();
    assert_eq!(supports, ["1024", "neither"]);
    let license = &storage["license"];
    assert_eq!(license["headroom"]["percent"], "7.82");
    assert_eq!(license["headroom"]["below_10_percent"], Value::Null);
    assert_eq!(license["days_left"], 18);
    assert_eq!(storage["drift"]["lines"][0]["text"], "Erasure: 3+2");
    let last = &storage["witness_readings"][2];
    assert_eq!(last["error"]["code"], "auth_refused");
    assert_eq!(line["verdict"], "unreached");
}

#[test]
fn exact_figures_have_tiers_and_services_and_no_interval() {
    let page = page(&found(asked(overview()), Vec::new()));
    for line in [
        "tier.0.physical.total             43000000000000        39.1083",
        "tier.1.physical.free               5300000000000         4.8203",
        "service.s3                          310000000000         0.2819",
        "service.nfs                          (not given)",
        "no witness is read: the figures are compared with nothing",
    ] {
        assert!(page.lines().any(|it| it == line), "{line}: {page}");
    }
    assert!(!page.contains("  from "), "{page}");
}

//! `parse`: what it shows of saved reports, good and broken.

use std::{fs, path::PathBuf, time::Duration};

use serde_json::{Value, json};

use crate::{
    folder, package,
    program::{Ended, Program},
    run, text,
};

/// The saved reports of a folder of `fixtures/`, by their paths from the package.
#[track_caller]
fn saved(folder: &str) -> Vec<String> {
    let files = fs::read_dir(package().join(folder)).unwrap();
    let names = files.map(|it| it.unwrap().file_name().into_string().unwrap());
    let mut paths: Vec<String> = names
        .filter(|name| name.ends_with(".txt"))
        .map(|name| format!("{folder}/{name}"))
        .collect();
    paths.sort();
    assert!(!paths.is_empty());
    paths
}

/// Every figure that was printed, with its word and its bytes.
fn figures(json: &Value, found: &mut Vec<(String, u64)>) {
    match json {
        Value::Object(fields) => {
            if let (Some(Value::String(word)), Some(bytes)) =
                (fields.get("text"), fields.get("bytes"))
            {
                found.push((word.clone(), bytes.as_u64().unwrap()));
            }
            fields.values().for_each(|it| figures(it, found));
        }
        Value::Array(items) => items.iter().for_each(|it| figures(it, found)),
        _ => {}
    }
}

#[track_caller]
fn read(path: &str) -> Vec<u8> {
    fs::read(package().join(path)).unwrap()
}

#[track_caller]
fn partner(path: &str) -> Value {
    let path = path.strip_suffix(".txt").unwrap();
    serde_json::from_slice(&read(&format!("{path}.json"))).unwrap()
}

#[track_caller]
fn lines(ended: &Ended) -> Vec<Value> {
    let lines = ended.stdout.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn the_table_shows_every_printed_size_beside_its_bytes() {
    for path in saved("fixtures/stat") {
        let ended = run(&["parse", &path]);
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{path}");
        let mut expected = Vec::new();
        figures(&partner(&path), &mut expected);
        for (word, bytes) in expected {
            let (word, bytes) = (word.trim_end_matches("/s"), bytes.to_string());
            let has_both = |line: &str| {
                let words: Vec<&str> = line.split_whitespace().collect();
                words.contains(&word) && words.contains(&bytes.as_str())
            };
            let found = ended.stdout.lines().any(has_both);
            assert!(found, "{path}: {word} {bytes} in {}", ended.stdout);
        }
    }
}

#[test]
fn the_lines_for_programs_say_what_stands_beside_each_report() {
    let paths = saved("fixtures/stat");
    let args: Vec<&str> = ["parse", "--json"]
        .into_iter()
        .chain(paths.iter().map(String::as_str))
        .collect();
    let ended = run(&args);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    let lines = lines(&ended);
    assert_eq!(lines.len(), paths.len());
    for (mut line, path) in lines.into_iter().zip(paths) {
        let input = line.as_object_mut().unwrap().shift_remove("input");
        assert_eq!(input, Some(json!(path)));
        assert_eq!(line, partner(&path), "{path}");
    }
}

#[test]
fn a_broken_report_keeps_no_other_from_being_read() {
    let good = "fixtures/stat/vhi-6.2-header.txt";
    let broken = "fixtures/stat/broken/unit-tib.txt";
    let ended = run(&["parse", "--json", broken, good, "no-such-file.txt", good]);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.stderr.contains("cannot read no-such-file.txt"),
        "{}",
        ended.stderr
    );
    let ok: Vec<Value> = lines(&ended)
        .iter()
        .map(|line| line["ok"].clone())
        .collect();
    assert_eq!(ok, [json!(false), json!(true), json!(true)]);

    let ended = run(&["parse", broken, good]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(1), ""));
    assert!(
        ended.stdout.contains("unit-tib.txt: line 2, column"),
        "{}",
        ended.stdout
    );
    assert!(
        ended.stdout.contains("cluster west-2, healthy"),
        "{}",
        ended.stdout
    );
    assert_eq!(run(&["parse", "--json", broken]).code, Some(1));
}

#[test]
fn every_broken_report_ends_with_1_and_a_caret_under_the_column() {
    for path in saved("fixtures/stat/broken") {
        let ended = run(&["parse", "--json", &path]);
        assert_eq!(ended.code, Some(1), "{path}");
        let error = lines(&ended).remove(0)["error"].clone();
        let shown = run(&["parse", &path]);
        assert_eq!((shown.code, shown.stderr.as_str()), (Some(1), ""), "{path}");
        let said: Vec<&str> = shown.stdout.lines().collect();
        let message = read(&format!("{}.error", path.strip_suffix(".txt").unwrap()));
        let message = String::from_utf8(message).unwrap();
        assert_eq!(said[0], format!("{path}: {}", message.trim_end()));
        let Some(caret) = said.get(2) else {
            continue;
        };
        let before = caret.split('^').next().unwrap().chars().count();
        let bar = said[1].split(" | ").next().unwrap().chars().count() + 3;
        assert_eq!(
            json!(before - bar + 1),
            error["column"],
            "{path}: {}",
            shown.stdout
        );
    }
}

#[test]
fn standard_input_is_read_when_a_dash_or_nothing_is_named() {
    let path = "fixtures/stat/production-no-tag.txt";
    for args in [&["parse", "--json"][..], &["parse", "--json", "-"]] {
        let ended = Program::new(&package(), args)
            .input(&package().join(path))
            .run();
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let line = lines(&ended).remove(0);
        assert_eq!(line["input"], "-");
        assert_eq!(line["space"], partner(path)["space"]);
    }
}

#[test]
fn the_base_of_the_units_can_be_said() {
    let path = "fixtures/stat/production-no-tag.txt";
    for (base, bytes) in [
        ("1000", 243_000_000_000_000_u64),
        ("1024", 267_181_325_549_568),
    ] {
        let line = lines(&run(&["parse", "--json", "--size-base", base, path])).remove(0);
        let total = &line["space"]["logical"]["total"];
        assert_eq!(total["text"], "243TB");
        assert_eq!(total["bytes"], bytes);
        let table = run(&["parse", "--size-base", base, path]).stdout;
        assert!(table.contains(&bytes.to_string()), "{table}");
        assert!(table.contains(&format!("powers of {base}")), "{table}");
    }
}

#[test]
fn no_input_is_too_odd_or_too_long() {
    let folder = folder();
    let report = read("fixtures/stat/vhi-4.7-full-tables.txt");
    let mut number = 88_172_645_463_325_252_u64;
    let mut random = move || {
        number ^= number << 13;
        number ^= number >> 7;
        number ^= number << 17;
        number
    };
    let mut odd: Vec<Vec<u8>> = vec![
        b"Cluster '".repeat(300_000),
        b"Space: [OK] allocatable ".repeat(300_000),
        [
            b"Cluster 'a': healthy\nSpace: allocatable ".to_vec(),
            b"9".repeat(1_000_000),
            b"TB of 1TB".to_vec(),
        ]
        .concat(),
        b"\x1b[".repeat(1_000_000),
        b"\n".repeat(1_000_000),
        vec![0; 1_000_000],
    ];
    for _ in 0..20 {
        odd.push((0..4_000).map(|_| random().to_le_bytes()[0]).collect());
        let mut bitten = report.clone();
        for _ in 0..4 {
            let place = usize::try_from(random()).unwrap() % bitten.len();
            bitten[place] = random().to_le_bytes()[0];
        }
        odd.push(bitten);
    }
    let write = |(index, bytes): (usize, Vec<u8>)| -> PathBuf {
        let path = folder.path().join(index.to_string());
        fs::write(&path, bytes).unwrap();
        path
    };
    let paths: Vec<PathBuf> = odd.into_iter().enumerate().map(write).collect();
    for json in [&["parse"][..], &["parse", "--json"]] {
        let files: Vec<&str> = paths.iter().map(|path| text(path)).collect();
        let ended = run(&[json, &files].concat());
        assert_eq!(ended.code, Some(1), "{}", ended.stderr);
        assert_eq!(ended.stderr, "");
    }
}

#[test]
fn an_input_without_end_is_given_up() {
    let running = Program::new(&package(), &["parse", "/dev/zero"]).start();
    let ended = running.end(Duration::from_secs(30));
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    let why = "cannot read /dev/zero: it is longer than 67108864 bytes";
    assert!(ended.stderr.contains(why), "{}", ended.stderr);
}

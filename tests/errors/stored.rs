//! Settings of the store that cannot be right.

use std::{fs, path::PathBuf, process::ExitCode};

use vhi_usage::{
    cli::exit::Failure,
    keeper::{
        desk::DeskError,
        opening::{NotOpened, Ours},
        queue_file::QueueError,
    },
    store::place::Place,
};

use crate::{
    common::RIGHT,
    told::Mask,
    variables::{problem, right},
};

/// The problem where the table of the store has this line.
#[track_caller]
fn store(line: &str, told: &str) {
    let place = right();
    place.write("site.toml", &format!("{RIGHT}\n[store]\n{line}\n"));
    let number = RIGHT.lines().count() + 3;
    let key = line.split(' ').next().unwrap();
    problem(
        &place,
        &format!("site.toml line {number}: {key} in [store]: {told}"),
    );
}

#[test]
fn a_setting_of_the_store_that_cannot_be_right_is_named_with_its_line() {
    store(
        "url = \"usage.db\"",
        "a store is a file, as `sqlite:FILE`, or a server, as `postgres://USER@HOST/DATABASE`",
    );
    store(
        "url = \"sqlite:\"",
        "`sqlite:` wants the name of a file behind it",
    );
    store(
        "url = \"postgres://db.example:x/usage\"",
        "the address of the server cannot be read",
    );
    let password = "a password does not stand in the settings: write it into a file and name that as password_file, or set STORE_PASSWORD";
    for url in [
        "postgres://billing:canary@db.example/usage",
        "postgres://billing@db.example/usage?password=canary",
    ] {
        store(&format!("url = \"{url}\""), password);
    }
    store(
        "readings = \"34d\"",
        "a month is made of its readings when its grace is over: keep them for 32 days and the grace at least",
    );
    store(
        "days = \"399d\"",
        "a roll-up is kept at least as long as the readings that it is made of",
    );
    store(
        "hours = \"soon\"",
        "write how long it is kept in quotes, at least a day, such as \"400d\", or \"forever\"",
    );
    store(
        "billing_timezone = \"Mars/Olympus\"",
        "this machine knows no such time zone: write one such as \"UTC\" or \"Europe/Berlin\", and see that the package tzdata is there",
    );
    store(
        "lease = \"1s\"",
        "a lease is 2s at least: it is renewed over the network, and lost where that takes longer",
    );
    store(
        "queue = \"\"",
        "the queue is a file: name one, or leave the line out for the usual one",
    );
    for size in ["1KiB", "17GiB", "64"] {
        store(
            &format!("queue_size = \"{size}\""),
            "write a size in quotes with its unit, from 1MiB to 16GiB, such as \"64MiB\"",
        );
    }
    // Whoever asks the type of its own accord.
    assert_eq!(
        "1h".parse::<vhi_usage::store::retention::Keep>()
            .unwrap_err()
            .to_string(),
        "write how long it is kept, at least a day, such as \"400d\", or \"forever\""
    );
}

#[test]
fn what_keeps_readings_from_the_store_and_from_the_queue_is_said() {
    let path = || PathBuf::from("/state/usage.queue");
    let folder = tempfile::tempdir().unwrap();
    let place = Place::File(folder.path().join("usage.db"));
    let ours = Ours::take(&place).unwrap();
    let taken = Ours::take(&place).unwrap_err();
    drop(ours);
    Mask::default().folder(folder.path()).says(
        &taken,
        "another vhi-usage keeps its readings in FOLDER/usage.db: end it, or give each a store of its own with url in [store]",
    );
    assert_eq!(Failure::from(taken).code(), ExitCode::from(2));
    for (error, sentence) in [
        (
            DeskError::Slow,
            "the disk of the queue does not answer in time",
        ),
        (
            QueueError::Full.into(),
            "the queue is full: as much waits as queue_size in [store] allows",
        ),
        (
            QueueError::InUse { path: path() }.into(),
            "/state/usage.queue is the queue of another vhi-usage that runs: give each its own with queue in [store]",
        ),
        (
            QueueError::File {
                path: path(),
                why: "the disk is full".to_owned(),
            }
            .into(),
            "/state/usage.queue cannot be written: the disk is full",
        ),
    ] {
        assert_eq!(error.to_string(), sentence);
    }
    let slow = NotOpened::Slow.to_string();
    assert_eq!(slow, "the store did not answer in time");
}

#[test]
fn a_password_of_the_store_that_cannot_be_read_is_told() {
    let place = right();
    let store =
        "[store]\nurl = \"postgres://billing@db.example/usage\"\npassword_file = \"gone\"\n";
    fs::write(place.path().join("site.toml"), format!("{RIGHT}\n{store}")).unwrap();
    let number = RIGHT.lines().count() + 4;
    problem(
        &place,
        &format!(
            "site.toml line {number}: password_file in [store]: cannot read gone: there is no such file"
        ),
    );
}

//! Times that are none, months that are not there, stores and files that cannot be had.

use std::fs;

use vhi_usage::cli::part::Part;

use crate::{
    place::Place,
    stocked::{TIB, empty, keep, round},
    told::Mask,
};

fn stocked() -> Place {
    let place = empty();
    keep(&place, &[round("stor1", 0, TIB), round("stor1", 60, TIB)]);
    place
}

#[test]
fn what_is_asked_of_the_store_and_is_not_there() {
    let place = stocked();
    let says = |args: &[&str], sentence: &str| {
        let args = [&["--config", "site.toml"], args].concat();
        Mask::default().ends(&place.program(&args).run(), 2, sentence);
    };
    says(
        &["summary", "--cluster", "stor9", "--period", "2026-10"],
        "nothing has been kept of a cluster stor9; there are: stor1",
    );
    says(
        &["history", "--cluster", "stor1"],
        "say from when to when, with --from and --to",
    );
    says(
        &["summary", "--cluster", "stor1"],
        "say from when to when, with --from and --to, or which month, with --period",
    );
    says(
        &[
            "history",
            "--cluster",
            "stor1",
            "--from",
            "yesterday",
            "--to",
            "2026-10-02",
        ],
        "--from yesterday: a time is written TIME, with `Z` or an offset such as +02:00, or as a day, 2026-10-01",
    );
    says(
        &[
            "history",
            "--cluster",
            "stor1",
            "--from",
            "2026-10-02",
            "--to",
            "2026-10-02",
        ],
        "--from 2026-10-02 --to 2026-10-02: `to` must be later than `from`",
    );
    says(
        &["summary", "--cluster", "stor1", "--period", "2026-09"],
        "2026-09 is no month of stor1: nothing was kept so early, or it has not begun",
    );
    says(
        &[
            "export",
            "--format",
            "focus",
            "--output",
            "-",
            "--from",
            "2026-10-01",
            "--to",
            "2026-10-02",
        ],
        "FOCUS has charges of whole months: say which one, with --period",
    );
    let nothing = Place::new();
    nothing.write("site.toml", "[store]\nurl = \"sqlite:none.db\"\n");
    let args = [
        "--config",
        "site.toml",
        "summary",
        "--cluster",
        "stor1",
        "--period",
        "2026-10",
    ];
    Mask::default().ends(
        &nothing.program(&args).run(),
        3,
        "sqlite:none.db: nothing has been kept there yet: `serve` makes it, and url in [store] or STORE_URL says where it is",
    );
}

#[test]
fn a_file_that_an_export_cannot_be_written_to() {
    let place = stocked();
    let says = |output: &str, sentence: &str| {
        let args = [
            "--config",
            "site.toml",
            "export",
            "--period",
            "2026-10",
            "--format",
            "csv",
            "--output",
            output,
        ];
        Mask::default().ends(&place.program(&args).run(), 2, sentence);
    };
    says(
        "none/x.csv",
        "none/x.csv.part: it cannot be written: there is no folder for it",
    );
    place.write("there.csv", "");
    says(
        "there.csv",
        "there.csv: it is there already: --force puts the new one in its place",
    );
    says(
        "/dev/null",
        "/dev/null: it is no file: name another one, or `-` for standard output",
    );
    place.write("other.csv.part", "?");
    says(
        "other.csv",
        "other.csv.part: it is no part of an export: take it away, or take another name",
    );
    place.write("other.csv.part.json", "?");
    says(
        "other.csv",
        "other.csv.part.json: it does not say how far an export has come: take it away together with the part beside it",
    );
}

#[test]
fn a_part_that_cannot_be_gone_on_with() {
    let place = Place::new();
    let mask = Mask::default().folder(place.path());
    let open = |job: &str| Part::open(&place.file("x.csv"), job.to_owned(), false, 0_u8);
    let (mut part, _) = open("one").unwrap();
    mask.says(
        open("one").unwrap_err(),
        "FOLDER/x.csv.part: another export is writing it: wait for its end, or take another name",
    );
    part.append(b"some").unwrap();
    part.mark(&1).unwrap();
    drop(part);
    mask.says(
        open("two").unwrap_err(),
        "FOLDER/x.csv.part: it is a part of another export (one): go on with that one, or take it away together with the .json beside it",
    );
    fs::write(place.file("x.csv.part"), "so").unwrap();
    mask.says(
        open("one").unwrap_err(),
        "FOLDER/x.csv.part: some of it is gone: take it away together with the .json beside it",
    );
}

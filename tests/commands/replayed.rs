//! `replay`: kept texts that are read again, and what is booked of the difference.

use std::slice;

use serde_json::Value;
use uuid::Uuid;
use vhi_usage::{amount::Amount, meter::quantity::Quantity};

use crate::{
    booked::keeping,
    closed::{OCTOBER, close, printed, run, stocked},
    place::Place,
    stocked::empty,
};

/// The second reading as if less had been used.
fn misread() -> (Place, Uuid) {
    let place = empty();
    let name = keeping(&place, async |site| {
        let mut readings = printed(&site);
        let (entry, _) = &mut readings[1];
        for (quantity, amount) in &mut entry.figures {
            if *quantity == Quantity::LogicalUsed {
                *amount = Amount::exact(7);
            }
        }
        let name = entry.id;
        site.keep(readings).await;
        name
    });
    (place, name)
}

fn json(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn replay_of_an_untouched_store_finds_nothing_whether_it_books_or_not() {
    let place = stocked();
    let sound = "cluster1: 3 readings: 0 with other figures, 0 that cannot be read any more, \
                 0 without their text, 0 booked\n";
    for more in [&[][..], &["--apply"], &["--apply"]] {
        let ended = run(&place, &[&["replay"], &OCTOBER[..], more].concat(), 0);
        assert_eq!((&*ended.stdout, &*ended.stderr), (sound, ""));
    }
    let totals = run(&place, &[&["replay", "--json"], &OCTOBER[..]].concat(), 0);
    let [totals] = &json(&totals.stdout)[..] else {
        panic!("{}", totals.stdout);
    };
    assert_eq!(
        (&totals["readings"], &totals["changed"]),
        (&3.into(), &0.into())
    );
}

#[test]
fn what_is_read_otherwise_is_booked_once_in_an_open_month() {
    let (place, name) = misread();
    let replay =
        |more: &[&str], code| run(&place, &[&["replay"], &OCTOBER[..], more].concat(), code);
    let shown = replay(&[], 1).stdout;
    assert!(
        shown.contains(&format!("storage ssh {name}\n    logical.used ")),
        "{shown}"
    );
    assert!(shown.contains(" 7   ->   "), "{shown}");
    assert_eq!(replay(&[], 1).stdout, shown);
    let [change, totals] = json(&replay(&["--json"], 1).stdout).try_into().unwrap();
    assert_eq!(change["reading_id"], name.to_string());
    let changes = slice::from_ref(&change["changes"][0]["quantity"]);
    assert_eq!(
        (changes, &change["booked"]),
        (&["logical.used".into()][..], &Value::Null)
    );
    assert_eq!(
        (&totals["changed"], &totals["booked"]),
        (&1.into(), &0.into())
    );
    let booked = replay(&["--apply"], 1).stdout;
    assert!(
        booked.contains("the reading has its new figures: its month is not closed"),
        "{booked}"
    );
    assert!(
        booked.ends_with("0 without their text, 1 booked\n"),
        "{booked}"
    );
    let again = replay(&["--apply"], 0).stdout;
    assert!(
        again.contains(" 0 with other figures") && again.ends_with(" 0 booked\n"),
        "{again}"
    );
}

#[test]
fn what_is_read_otherwise_of_a_closed_month_becomes_one_correction_that_verify_believes() {
    let (place, _) = misread();
    let closed = close(&place, "2025-10", 0).stdout;
    let apply = [&["replay", "--apply"], &OCTOBER[..]].concat();
    let booked = run(&place, &apply, 1).stdout;
    assert!(
        booked.contains("its month is closed: the difference becomes a correction"),
        "{booked}"
    );
    let again = run(&place, &apply, 0).stdout;
    assert!(again.ends_with(" 0 booked\n"), "{again}");
    let ended = run(&place, &["verify"], 0);
    assert_eq!(
        ended.stdout,
        "1 closed months, 3 readings and 1 corrections: 0 do not match\n"
    );
    assert_eq!(close(&place, "2025-10", 0).stdout, closed);
}

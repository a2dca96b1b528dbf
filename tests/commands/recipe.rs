//! The digest of a closed month as the README says that anybody can work it out: its very lines, run by a shell.

use std::{env, fs, path::Path, process::Command};

use crate::{
    booked::keeping,
    closed::{close, run, stocked},
    place::Place,
};

/// What the README gives a shell about digests: that of a month, and that of its readings.
fn recipes() -> [String; 2] {
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = fs::read_to_string(readme).unwrap();
    let blocks = readme.split("\n```sh\n").skip(1);
    let blocks = blocks.map(|behind| behind.split_once("\n```\n").unwrap().0);
    let found: Vec<String> = blocks
        .filter(|block| block.ends_with("| sha256sum"))
        .map(str::to_owned)
        .collect();
    found.try_into().unwrap()
}

/// The same of another cluster and month, each of which stands in it once.
fn of(recipe: &str, month: &str) -> String {
    let others = [("stor1", "cluster1"), ("2026-10", month)];
    others
        .iter()
        .fold(recipe.to_owned(), |recipe, (one, other)| {
            assert_eq!(recipe.matches(one).count(), 1, "{one}: {recipe}");
            recipe.replace(one, other)
        })
}

/// What a shell prints that is given this, with our program where it looks for programs.
fn shell(place: &Place, lines: &str) -> String {
    let ours = Path::new(env!("CARGO_BIN_EXE_vhi-usage")).parent().unwrap();
    let path = env::var_os("PATH").unwrap();
    let path = [ours.to_owned()].into_iter().chain(env::split_paths(&path));
    let ended = Command::new("sh")
        .args(["-c", lines])
        .current_dir(place.path())
        .env_clear()
        .env("PATH", env::join_paths(path).unwrap())
        .output()
        .unwrap();
    let told = String::from_utf8(ended.stderr).unwrap();
    // Only the last program of a pipe says how it ended.
    assert!(ended.status.success() && told.is_empty(), "{lines}\n{told}");
    String::from_utf8(ended.stdout).unwrap()
}

/// The digest that is all that a shell prints of it.
fn digest(place: &Place, lines: &str) -> String {
    let printed = shell(place, lines);
    printed.strip_suffix("  -\n").unwrap().to_owned()
}

#[test]
fn the_readme_says_how_anybody_gets_the_digest_of_a_month_and_that_of_its_readings() {
    let place = stocked();
    keeping(&place, async |site| {
        let (compute, witness) = ("2025-10-01T00:00:00Z", "2025-10-02T00:00:00Z");
        let readings = vec![site.computed(compute), site.witnessed(witness)];
        site.keep(readings).await;
    });
    let [sealing, naming] = recipes();
    let mut sealed = Vec::new();
    for (month, readings) in [("2025-10", 4), ("2025-11", 1)] {
        let told = close(&place, month, 0).stdout;
        // Where a service without a word on it keeps its readings.
        fs::copy(place.file("usage.db"), place.file("vhi-usage.db")).unwrap();
        let (sealing, naming) = (of(&sealing, month), of(&naming, month));
        let seal = digest(&place, &sealing);
        assert!(
            told.ends_with(&format!(", digest {seal}\n")),
            "{told}{seal}"
        );
        let text = shell(&place, sealing.strip_suffix(" | sha256sum").unwrap());
        let names = digest(&place, &naming);
        assert!(
            text.contains(&format!("\nreadings {readings} {names}\n")),
            "{text}{names}"
        );
        // The second month holds the digest of the first.
        let previous = sealed.last().map_or("-", String::as_str);
        assert!(text.contains(&format!("\nprevious {previous}\n")), "{text}");
        // What is exported to a file, as a month that was billed is, has the same names.
        let file = format!("{month}.jsonl");
        let export = ["export", "--cluster", "cluster1", "--period", month];
        run(
            &place,
            &[&export[..], &["--format", "jsonl", "--output", &file]].concat(),
            0,
        );
        let (_, pipe) = naming.split_once("--output - |").unwrap();
        let of_file = format!("cat {file} | {pipe}");
        assert_eq!(digest(&place, &of_file), names);
        sealed.push(seal);
    }
}

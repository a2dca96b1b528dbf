//! The built program on the command line, without any network but loopback.

mod checked;
#[path = "cli/page.rs"]
mod page;
#[path = "cli/parse.rs"]
mod parse;
#[path = "system/program.rs"]
mod program;
#[path = "cli/simulated.rs"]
mod simulated;
#[path = "system/wait.rs"]
mod wait;
#[path = "cli/witnessed.rs"]
mod witnessed;

use std::path::{Path, PathBuf};

use program::{Ended, Program};
use tempfile::TempDir;

/// A folder that is removed when dropped.
fn folder() -> TempDir {
    let mut builder = tempfile::Builder::new();
    let folder = builder
        .prefix("cli-")
        .tempdir_in(env!("CARGO_TARGET_TMPDIR"));
    folder.unwrap()
}

/// The folder of the package.
fn package() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Runs the program in the folder of the package.
#[track_caller]
fn run(args: &[&str]) -> Ended {
    Program::new(&package(), args).run()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn help_and_version_are_results() {
    let help = run(&["--help"]);
    assert_eq!((help.code, help.stderr.as_str()), (Some(0), ""));
    for command in [
        "serve",
        "demo",
        "sim",
        "parse",
        "check",
        "--config",
        "--env-file",
    ] {
        assert!(help.stdout.contains(command), "{command}: {}", help.stdout);
    }
    let version = run(&["--version"]);
    let expected = format!("vhi-usage {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!((version.code, version.stdout), (Some(0), expected));
    for command in ["serve", "demo", "sim", "parse", "check"] {
        let help = run(&[command, "--help"]);
        assert_eq!(
            (help.code, help.stderr.as_str()),
            (Some(0), ""),
            "{command}"
        );
    }
}

#[test]
fn a_wrong_usage_ends_with_2_and_says_why_on_stderr() {
    for (args, words) in [
        (&[][..], "Usage: vhi-usage"),
        (&["reckon"], "unrecognized subcommand 'reckon'"),
        (&["parse", "--size-base", "7"], "'7'"),
        (&["parse", "--jsonn"], "--json"),
        (
            &["sim", "--fault", "hung"],
            "unknown fault `hung`; there are",
        ),
        (&["serve", "--listen", "8080"], ":8080 for every address"),
        (&["serve", "-q", "-v"], "cannot be used with"),
        (&["check", "--config", "no-such.toml"], "no-such.toml"),
        (&["check", "--env-file", "no-such.env"], "no-such.env"),
    ] {
        let ended = run(args);
        assert_eq!(ended.code, Some(2), "{args:?} {ended:?}");
        assert_eq!(ended.stdout, "", "{args:?}");
        assert!(ended.stderr.contains(words), "{words}: {}", ended.stderr);
        assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    }
}

//! `completions` and `man`.

use crate::place::Place;

#[test]
fn every_shell_has_completions_that_know_the_commands() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let text = Place::new().run(&["completions", shell], 0).stdout;
        for word in [
            "serve",
            "trust",
            "summary",
            "--env-file",
            "--fault",
            "--period",
        ] {
            let word = if shell == "fish" {
                word.trim_start_matches('-')
            } else {
                word
            };
            assert!(text.contains(word), "{shell} without {word}");
        }
    }
    Place::new().run(&["completions", "nothing"], 2);
}

#[test]
fn the_page_of_the_manual_has_every_command() {
    let text = Place::new().run(&["man"], 0).stdout;
    assert!(text.starts_with(".ie") || text.starts_with(".TH"), "{text}");
    for command in [
        "SERVE",
        "TRUST SSH",
        "TRUST PANEL",
        "TOKEN NEW",
        "CHECK",
        "HISTORY",
        "SUMMARY",
        "EXPORT",
    ] {
        let head = format!(".SH \"VHI-USAGE {command}\"");
        assert!(text.contains(&head), "{head}: {text}");
    }
    let globals = text.matches("\\-\\-env\\-file").count();
    assert!(globals <= 2, "said {globals} times");
}

//! `token new`.

use reqwest::Client;

use crate::{common::Site, place::Place, program::Running};

/// The word of a new token, and the lines for the settings.
#[track_caller]
fn new(place: &Place, name: &str) -> (String, String) {
    let text = place.run(&["token", "new", name], 0).stdout;
    let (word, lines) = text.split_once("\n\n").unwrap();
    let word = word.lines().last().unwrap().to_owned();
    assert!(!lines.contains(&word), "{text}");
    (word, lines.to_owned())
}

#[test]
fn the_lines_of_a_token_say_what_it_is_good_for_and_until_when() {
    let place = Place::new();
    for (more, lines) in [
        (&[][..], "scopes = [\"usage\"]\n"),
        (&["--scope", "ops"], "scopes = [\"ops\"]\n"),
        (
            &[
                "--expires",
                "2027-01-31",
                "--scope",
                "usage",
                "--scope",
                "ops",
            ],
            "scopes = [\"usage\", \"ops\"]\nexpires = \"2027-01-31\"\n",
        ),
        (
            &["--expires", "2027-01-31T18:00:00+01:00"],
            "scopes = [\"usage\"]\nexpires = \"2027-01-31T18:00:00+01:00\"\n",
        ),
    ] {
        let args = [&["token", "new", "billing"], more].concat();
        let text = place.run(&args, 0).stdout;
        let (_, table) = text.split_once("[[api.tokens]]\n").unwrap();
        let (head, rest) = table.split_at(table.find("scopes").unwrap());
        assert!(
            head.starts_with("name = \"billing\"\nsha256 = \""),
            "{text}"
        );
        assert_eq!(rest, lines);
    }
}

async fn status(serving: &mut Running, token: &str) -> u16 {
    let line = serving.says("address=");
    let address = line.split("address=").nth(1).unwrap();
    let address = address.split_whitespace().next().unwrap();
    let url = format!("http://{address}/api/v1/clusters");
    // A second caller in this process finds it installed.
    drop(rustls::crypto::ring::default_provider().install_default());
    let request = Client::builder().no_proxy().build().unwrap().get(url);
    let answer = request.bearer_auth(token).send().await.unwrap();
    answer.status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_token_opens_the_service_beside_the_others_and_no_other_word_does() {
    let site = Site::new(1).await;
    let place = Place::connected(&site.simulator);
    let (billing, its_lines) = new(&place, "billing");
    let (reports, other_lines) = new(&place, "reports-2");
    assert_ne!(billing, reports);
    let settings = place.read("site.toml");
    place.write("site.toml", &format!("{settings}{its_lines}{other_lines}"));
    let mut serving = place.program(&["--config", "site.toml", "serve"]).start();
    for token in [&billing, &reports, site.simulator.api_token()] {
        assert_eq!(status(&mut serving, token).await, 200);
    }
    let hash = its_lines.split('"').nth(3).unwrap();
    for stranger in [hash, "x", &billing[1..], &format!("{billing}0")] {
        assert_eq!(status(&mut serving, stranger).await, 401, "{stranger}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_hashed_token_is_enough_to_start() {
    let site = Site::new(1).await;
    let place = Place::connected(&site.simulator);
    let settings = place.read("site.toml");
    let (token_file, rest) = settings.split_once("[api]\n").unwrap();
    let rest = rest.split_once('\n').unwrap().1;
    let (word, lines) = new(&place, "only");
    place.write("site.toml", &format!("{token_file}{rest}{lines}"));
    let mut serving = place.program(&["--config", "site.toml", "serve"]).start();
    assert_eq!(status(&mut serving, &word).await, 200);
}

#[test]
fn a_name_that_would_need_quotes_is_refused() {
    for name in ["", "a b", "a\"b", "a/b", "ä"] {
        let ended = Place::new().run(&["token", "new", name], 2);
        assert!(ended.stderr.contains("letters, digits"), "{ended:?}");
        assert_eq!(ended.stdout, "");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_are_wrong_are_told_together() {
    let site = Site::new(1).await;
    let place = Place::connected(&site.simulator);
    let (_, lines) = new(&place, "twice");
    let settings = place.read("site.toml");
    let odd = "[[api.tokens]]\nname = \"a b\"\nsha256 = \"9f\"\n";
    place.write("site.toml", &format!("{settings}{lines}{lines}{odd}"));
    let told = place.run(&["--config", "site.toml", "check"], 2).stderr;
    for words in [
        "another token is named twice",
        "letters, digits",
        "64 digits",
    ] {
        assert!(told.contains(words), "{told}");
    }
}

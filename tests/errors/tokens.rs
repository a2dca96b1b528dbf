//! Tokens that the settings cannot hold, those that are near their end, and what their holders are told.

use jiff::{SignedDuration, tz::TimeZone};
use vhi_usage::{
    api::{
        scope::Scope,
        token::{Token, TokenHash},
    },
    clock,
    config::{
        Config,
        origins::{EnvFile, Origins},
    },
};

use crate::{
    answers::json_of,
    common::RIGHT,
    place::Place,
    published::{Site, complete, problem as is_problem, token},
    told::Mask,
    variables::{problem, right},
};

fn table(name: &str, word: &str, more: &str) -> String {
    let hash = TokenHash::of(word.as_bytes());
    format!("[[api.tokens]]\nname = \"{name}\"\nsha256 = \"{hash}\"\n{more}")
}

#[test]
fn a_token_that_the_settings_cannot_hold() {
    let place = right();
    let (one, other) = (table("a", "one", ""), table("b", "one", ""));
    let own = place.read("token");
    for (tokens, told) in [
        (
            one.repeat(2),
            "site.toml line 16: name in [[api.tokens]]: another token is named a, too: give each a name of its own",
        ),
        (
            table("default", "one", ""),
            "site.toml line 13: name in [[api.tokens]]: another token is named default, too: give each a name of its own",
        ),
        (
            format!("{one}{other}"),
            "site.toml line 17: sha256 in [[api.tokens]]: the token a has the same word: make one for each with `vhi-usage token new NAME`",
        ),
        (
            table("a", own.trim(), ""),
            "site.toml line 14: sha256 in [[api.tokens]]: the token default has the same word: make one for each with `vhi-usage token new NAME`",
        ),
        (
            table("a b", "one", ""),
            "site.toml line 13: name in [[api.tokens]]: a token's name is letters, digits, `-`, `_` and `.`, at most 64 of them, such as billing",
        ),
        (
            "[[api.tokens]]\nname = \"a\"\nsha256 = \"9f\"\n".to_owned(),
            "site.toml line 14: sha256 in [[api.tokens]]: it must be a token's SHA-256, 64 digits of hex, as `vhi-usage token new NAME` prints it",
        ),
        (
            table("a", "one", "scopes = []\n"),
            "site.toml line 15: scopes in [[api.tokens]]: a token without a scope opens nothing: name usage, ops, billing or several, or leave the key out for usage",
        ),
        (
            table("a", "one", "scopes = [\"usage\", \"Ops\"]\n"),
            "site.toml line 15: scopes in [[api.tokens]]: `Ops` is no scope; there are usage, for the figures, ops, for metrics and raw texts, and billing, for history, readings and closing months",
        ),
        (
            table("a", "one", "scopes = \"ops\"\n"),
            "site.toml line 15: scopes in [[api.tokens]]: it is a value of type string: write a list of scopes, such as [\"usage\"] or [\"usage\", \"ops\"]",
        ),
        (
            table("a", "one", "expires = \"31.1.2027\"\n"),
            "site.toml line 15: expires in [[api.tokens]]: `31.1.2027` is no end of a token: write its last day in UTC, such as 2027-01-31, or a time, such as TIME",
        ),
        (
            table("a", "one", "expires = 2027-01-31\n"),
            "site.toml line 15: expires in [[api.tokens]]: it is a value of type datetime: write a day or a time in quotes, such as \"2027-01-31\" or \"2027-01-31T18:00:00Z\"",
        ),
    ] {
        place.write("site.toml", &format!("{RIGHT}{tokens}"));
        problem(&place, told);
    }
}

#[test]
fn a_token_near_its_end_is_told_at_the_start() {
    let day = |days: i64| {
        let day = clock::now() + SignedDuration::from_hours(24 * days);
        day.to_zoned(TimeZone::UTC).date().to_string()
    };
    let notices = |end: &str| {
        let place = right();
        let tokens = table("billing", "one", &format!("expires = \"{end}\"\n"));
        place.write("site.toml", &format!("{RIGHT}{tokens}"));
        let config = Config::load(&Origins {
            file: Some(place.file("site.toml")),
            env_file: EnvFile::Nowhere,
            ..Origins::default()
        });
        config.unwrap().notices
    };
    assert_eq!(notices(&day(40)), [""; 0]);
    for (end, told) in [
        (
            day(20),
            "the token billing expires at TIME: make another one with `vhi-usage token new`, and send SIGHUP",
        ),
        (
            day(-1),
            "the token billing has expired, at TIME, and is answered with 401: make another one with `vhi-usage token new`, or take it out",
        ),
    ] {
        let notices = notices(&end);
        let [notice] = notices.as_slice() else {
            panic!("{notices:?}")
        };
        Mask::default().says(notice.clone(), told);
    }
}

#[test]
fn a_scope_that_the_command_line_does_not_know() {
    let place = Place::new();
    for (more, told) in [
        (
            ["--scope", "all"],
            "error: invalid value 'all' for '--scope <SCOPE>'",
        ),
        (
            ["--expires", "soon"],
            "error: invalid value 'soon' for '--expires <DAY|TIME>': `soon` is no end of a token: write its last day in UTC, such as 2027-01-31, or a time, such as 2027-01-31T18:00:00Z",
        ),
    ] {
        let args = [&["token", "new", "a"], &more[..]].concat();
        let ended = place.program(&args).run();
        assert_eq!(ended.code, Some(2));
        assert_eq!(ended.stderr.lines().next(), Some(told), "{ended:#?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_not_good_for_this_or_not_any_more() {
    for (scopes, expires, status, kind, detail) in [
        (
            vec![Scope::Ops],
            None,
            403,
            "forbidden",
            "this API token lacks the scope usage that this path wants: ask whoever runs the service for a token with it",
        ),
        (
            vec![Scope::Usage],
            Some("2026-01-31".parse().unwrap()),
            401,
            "unauthorized",
            "this API token has expired: ask whoever runs the service for another one",
        ),
    ] {
        let site = Site::new(complete());
        site.api.tokens.exchange([Token {
            scopes,
            expires,
            ..token()
        }]);
        let answer = site.get("/api/v1/cluster/usage").await;
        is_problem(&answer, status, kind);
        assert_eq!(json_of(&answer)["detail"], detail);
    }
}

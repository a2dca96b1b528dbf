//! What a token opens, and until when.

use jiff::{SignedDuration, Timestamp};
use vhi_usage::{
    api::{
        error::ApiError,
        guard::permits,
        route::{Access, PATHS},
        scope::Scope,
        token::Token,
    },
    clock,
};

use crate::{
    USAGE,
    described::Described,
    json_of,
    kept_site::{KeptSite, method},
    published::{Site, complete, evidence, problem, stranger, token},
    scrape::scrape,
};

/// A token with this name and word, good for this.
pub(crate) fn named(name: &str, scopes: &[Scope], expires: Option<&str>) -> Token {
    Token {
        name: name.parse().unwrap(),
        scopes: scopes.to_vec(),
        expires: expires.map(|end| end.parse().unwrap()),
        ..Token::of_the_word(name.as_bytes())
    }
}

/// A service with all that can be asked for, and these tokens.
fn site(tokens: impl IntoIterator<Item = Token>) -> Site {
    let mut usage = complete();
    usage.evidence = Some(evidence(b"Space: [OK]"));
    let site = Site::new(usage);
    site.api.tokens.exchange(tokens);
    site
}

async fn status(site: &Site, path: &str, word: &str) -> u16 {
    let request = stranger(path).header("authorization", format!("Bearer {word}"));
    site.answer(request).await.status().as_u16()
}

#[tokio::test]
async fn a_token_opens_what_it_is_good_for_and_the_description_says_so() {
    let described = Described::new().await;
    let kept = KeptSite::new().await;
    kept.site.api.tokens.exchange([
        named("portal", &[Scope::Usage], None),
        named("prometheus", &[Scope::Ops], None),
        named("billing", &[Scope::Billing], None),
        named("all", &Scope::ALL, None),
    ]);
    for path in PATHS {
        let method = method(path);
        let operation = &described.document["paths"][path.pattern][method.to_lowercase()];
        let opened = match path.access() {
            Access::Everybody => [true; 5],
            Access::Token => [true, true, true, true, false],
            Access::AnyOf(scopes) => {
                let [usage, ops, billing] = [Scope::Usage, Scope::Ops, Scope::Billing];
                let [usage, ops, billing] = [usage, ops, billing].map(|it| scopes.contains(&it));
                [usage, ops, billing, true, false]
            }
        };
        let place = kept.place(path);
        let words = ["portal", "prometheus", "billing", "all", "nobody"];
        for (word, opened) in words.into_iter().zip(opened) {
            let refused = if word == "nobody" { 401 } else { 403 };
            let expected = if opened { 200 } else { refused };
            let request = stranger(&place).method(method);
            let request = request.header("authorization", format!("Bearer {word}"));
            let status = kept.site.answer(request).await.status().as_u16();
            assert_eq!(status, expected, "{place} {word}");
        }
        let said = match path.access() {
            Access::Everybody => serde_json::json!(null),
            Access::Token => serde_json::json!([{"token": []}]),
            Access::AnyOf(scopes) => scopes
                .iter()
                .map(|scope| serde_json::json!({"token": [scope.name()]}))
                .collect(),
        };
        assert_eq!(operation["security"], said, "{place}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_lacks_the_scope_is_told_which_one_is_wanted() {
    let site = site([
        named("billing", &[Scope::Usage], None),
        named("ops", &[Scope::Ops], None),
    ]);
    let other = "/api/v1/clusters/another";
    for (path, word, scope) in [
        ("/metrics", "billing", "ops"),
        (&*format!("{other}/raw"), "billing", "ops"),
        (USAGE, "ops", "usage"),
        (&format!("{other}/usage"), "ops", "usage"),
    ] {
        for method in ["GET", "HEAD", "POST"] {
            let request = stranger(path).method(method);
            let request = request.header("authorization", format!("Bearer {word}"));
            let answer = site.answer(request).await;
            problem(&answer, 403, "forbidden");
            let challenge = format!(
                "Bearer realm=\"vhi-usage\", error=\"insufficient_scope\", scope=\"{scope}\""
            );
            assert_eq!(answer.headers()["www-authenticate"], challenge, "{path}");
        }
    }
    assert_eq!(status(&site, "/api/v1/nothing", "ops").await, 404);
}

#[test]
fn a_token_is_good_to_the_end_of_its_time_and_no_longer() {
    let token = named("billing", &[Scope::Usage], Some("2027-01-31"));
    let usage = Access::AnyOf(&[Scope::Usage]);
    let at = |time: &str| time.parse::<Timestamp>().unwrap();
    let permitted = |access, time| permits(&token, access, at(time));
    assert!(permitted(usage, "2027-01-31T23:59:59.999Z").is_ok());
    for access in [usage, Access::Token, Access::AnyOf(&[Scope::Ops])] {
        for time in ["2027-02-01T00:00:00Z", "2028-01-01T00:00:00Z"] {
            let refused = permitted(access, time);
            assert!(matches!(refused, Err(ApiError::Expired)), "{refused:?}");
        }
    }
    // A clock that was set back is believed.
    assert!(permitted(usage, "2026-01-01T00:00:00Z").is_ok());
}

#[tokio::test(start_paused = true)]
async fn only_whoever_shows_the_word_learns_that_it_has_expired() {
    let site = site([named("old", &Scope::ALL, Some("2026-01-31"))]);
    let ask = |word: &str| {
        let request = stranger(USAGE).header("authorization", format!("Bearer {word}"));
        site.answer(request)
    };
    let (expired, wrong) = (ask("old").await, ask("older").await);
    for answer in [&expired, &wrong] {
        problem(answer, 401, "unauthorized");
    }
    let challenge = |answer: &warp::http::Response<_>| {
        let header = &answer.headers()["www-authenticate"];
        header.to_str().unwrap().to_owned()
    };
    assert_eq!(
        challenge(&expired),
        "Bearer realm=\"vhi-usage\", error=\"invalid_token\", error_description=\"the token has expired\""
    );
    assert_eq!(challenge(&wrong), "Bearer realm=\"vhi-usage\"");
    assert!(
        json_of(&expired)["detail"]
            .as_str()
            .unwrap()
            .contains("expired")
    );
    assert!(
        !json_of(&wrong)["detail"]
            .as_str()
            .unwrap()
            .contains("expired")
    );
}

#[tokio::test(start_paused = true)]
async fn the_end_of_each_token_that_has_one_is_exported() {
    let mut endless = token();
    endless.scopes = vec![Scope::Ops];
    let soon = clock::now() + SignedDuration::from_hours(1);
    let soon = named("soon", &[Scope::Usage], Some(&soon.to_string()));
    let site = site([
        endless,
        named("billing", &[Scope::Usage], Some("2027-01-31")),
        soon,
    ]);
    let samples = scrape(&site).await;
    let ends = "vhi_usage_token_expires_timestamp_seconds";
    let exported = samples.keys().filter(|it| it.starts_with(ends));
    assert_eq!(exported.count(), 2);
    assert_eq!(
        samples[&format!("{ends}{{token=\"billing\"}}")],
        "1801440000"
    );
}

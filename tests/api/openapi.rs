//! The description of the routes is what is answered: no field, status or header more, and none less.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use vhi_usage::{
    api::route::PATHS,
    reading::Source,
    reason::Code,
    usage::Part,
    witness::verdict::{Outcome, Why},
};

use crate::{
    USAGE,
    described::{DESCRIPTION, Described},
    json_of,
    kept_site::{KeptSite, method, right},
    published::{Site, ask, complete, evidence, stranger},
    usages::{beside, exact, usages},
};

const RAW: &str = "/api/v1/clusters/{name}/raw";
const NAMED: &str = "/api/v1/clusters/{name}/usage";

#[tokio::test(start_paused = true)]
async fn every_usage_is_as_it_is_described() {
    let described = Described::new().await;
    let mut words = BTreeSet::new();
    for usage in usages() {
        let site = Site::new(usage);
        for path in [USAGE, "/api/v1/usage/cluster", NAMED] {
            let answer = site.get(&path.replace("{name}", "cluster1")).await;
            described.holds(path, 200, &answer);
        }
        let body = json_of(&site.get(USAGE).await);
        for row in body["storage"]["witnesses"].as_array().unwrap() {
            words.extend([&row["verdict"], &row["why"]].map(Value::to_string));
        }
        described.holds("/api/v1/clusters", 200, &site.get("/api/v1/clusters").await);
    }
    // Nothing of what witnesses can come to is left out.
    let verdicts = Outcome::ALL.iter().map(|it| it.name());
    for word in verdicts.chain(Why::ALL.iter().map(|it| it.name())) {
        assert!(words.contains(&format!("{word:?}")), "{word} in {words:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_else_is_answered_is_as_it_is_described() {
    let described = Described::new().await;
    let mut usage = complete();
    usage.evidence = Some(evidence(b"Space: [OK]"));
    let site = Site::new(usage);
    for path in ["/health", "/ready", DESCRIPTION] {
        described.holds(path, 200, &site.answer(stranger(path)).await);
    }
    described.holds("/metrics", 200, &site.get("/metrics").await);
    let raw = site.get("/api/v1/clusters/cluster1/raw").await;
    described.holds(RAW, 200, &raw);
    for (path, template) in [
        (USAGE, USAGE),
        ("/api/v1/clusters/cluster1/usage", NAMED),
        (DESCRIPTION, DESCRIPTION),
    ] {
        let tag = site.get(path).await.headers()["etag"].clone();
        let again = site.answer(ask(path).header("if-none-match", tag)).await;
        described.holds(template, 304, &again);
    }
}

#[tokio::test(start_paused = true)]
async fn the_description_is_for_everybody_at_any_rate_and_made_once() {
    let site = Site::limited(complete(), 1);
    let ask = || site.answer(stranger(DESCRIPTION));
    let answers = [ask().await, ask().await, ask().await];
    for answer in &answers {
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.body().as_ptr(), answers[0].body().as_ptr());
    }
}

#[tokio::test]
async fn every_path_that_is_described_is_answered_as_it_is_and_no_other() {
    let described = Described::new().await;
    let kept = KeptSite::new().await;
    let paths = described.document["paths"].as_object().unwrap();
    for path in PATHS {
        let item = paths[path.pattern].as_object().unwrap();
        let asked = method(path).to_lowercase();
        assert_eq!(item.keys().collect::<Vec<_>>(), [&asked]);
        let place = kept.place(path);
        let answer = kept.site.answer(right(path, &place)).await;
        described.holds(path.pattern, 200, &answer);
        if path.is_tagged() {
            let mut again = answer;
            // A month that is open is another one with each second.
            for _ in 0..20 {
                let tag = again.headers()["etag"].clone();
                again = kept
                    .site
                    .answer(ask(&place).header("if-none-match", tag))
                    .await;
                if again.status() == 304 {
                    break;
                }
            }
            described.holds(path.pattern, 304, &again);
        }
        let open = item[&asked].get("security").is_none();
        let answer = kept
            .site
            .answer(stranger(&place).method(method(path)))
            .await;
        assert_eq!(answer.status() == 200, open, "{place}");
        if path.is_kept() && !path.pattern.ends_with("/raw") {
            let csv = right(path, &place).header("accept", "text/csv");
            described.holds(path.pattern, 200, &kept.site.answer(csv).await);
        }
    }
    let templates: BTreeSet<String> = PATHS.iter().map(|path| path.pattern.to_owned()).collect();
    assert_eq!(paths.keys().cloned().collect::<BTreeSet<_>>(), templates);
}

#[tokio::test(start_paused = true)]
async fn a_field_more_or_less_and_a_value_of_another_kind_are_found() {
    let described = Described::new().await;
    let site = Site::new(beside(
        complete(),
        Source::Overview,
        Part::Fresh(exact(Source::Overview).into()),
    ));
    let body = json_of(&site.get(USAGE).await);
    let validator = described.validator(USAGE, 200, "application/json");
    assert!(validator.is_valid(&body));
    let figure = "/storage/logical/total";
    for place in [
        "",
        "/storage",
        "/compute",
        figure,
        "/storage/license",
        "/storage/witnesses/0",
    ] {
        let mut more = body.clone();
        more.pointer_mut(place).unwrap()["planted"] = json!(1);
        assert!(!validator.is_valid(&more), "a field more in {place:?}");
        let fields = body.pointer(place).unwrap().as_object().unwrap();
        for field in fields.keys().filter(|field| *field != "text") {
            let mut less = body.clone();
            let fields = less.pointer_mut(place).unwrap().as_object_mut().unwrap();
            fields.remove(field);
            assert!(!validator.is_valid(&less), "{place}/{field} is not there");
        }
    }
    for (place, value) in [
        ("/status", json!("well")),
        ("/storage/source", json!("guess")),
        ("/storage/witnesses/0/verdict", json!(null)),
        ("/storage/logical/total/bytes", json!(null)),
        ("/storage/logical/total/bytes", json!(-1)),
        ("/storage/observed_at", json!("yesterday")),
        ("/total_vms", json!("310")),
        ("/total_ram_tib", json!("5")),
        ("/compute/vcpus", json!(7.5)),
    ] {
        let mut other = body.clone();
        *other.pointer_mut(place).unwrap() = value;
        assert!(!validator.is_valid(&other), "{other} at {place}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_field_says_what_it_is_and_every_list_has_all_its_words() {
    let described = Described::new().await;
    let schemas = described.document["components"]["schemas"]
        .as_object()
        .unwrap();
    let mut fields = 0;
    for (name, schema) in schemas {
        let parts = schema["allOf"].as_array().into_iter().flatten();
        for part in parts.chain([schema]) {
            let properties = part.get("properties").and_then(Value::as_object);
            for (field, of) in properties.into_iter().flatten() {
                // Of a field that can be null, it stands with what it is where it is not.
                let said = [&of["description"], &of["oneOf"][0]["description"]];
                let said = said.into_iter().find_map(Value::as_str);
                assert!(said.is_some_and(|said| said.len() > 8), "{name}.{field}");
                let there = part["required"].as_array().unwrap().contains(&json!(field));
                let left_out = ["text", "storage_error", "missing"].contains(&field.as_str())
                    || (name.as_str(), field.as_str()) == ("Periods", "next_cursor");
                assert_eq!(there, !left_out, "{name}.{field}");
                fields += 1;
            }
        }
        assert!(schema["description"].is_string(), "{name}");
    }
    assert!(fields > 100, "{fields} fields: where are the others?");
    let codes = &schemas["ReasonCode"];
    let names: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
    assert_eq!(codes["enum"], json!(names));
    for code in Code::ALL {
        let row = format!("* `{}`: {}", code.name(), code.message());
        assert!(
            codes["description"].as_str().unwrap().contains(&row),
            "{row}"
        );
    }
}

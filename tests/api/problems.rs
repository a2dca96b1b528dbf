//! Every problem that a path can answer with is described there.

use std::{collections::BTreeSet, time::Duration};

use vhi_usage::{
    api::{
        error::ApiError,
        problem::Kind,
        route::{Access, PATHS},
    },
    reason::Code,
    usage::Part,
};
use warp::{http::Response, hyper::body::Bytes, test::RequestBuilder};

use crate::{
    USAGE,
    described::Described,
    json_of,
    kept_site::method,
    published::{
        Site, ask, complete, compute, missing, nodeless, not_yet, storage, stranger, token, usage,
    },
};

const RAW: &str = "/api/v1/clusters/{name}/raw";
const NAMED: &str = "/api/v1/clusters/{name}/usage";

#[tokio::test(start_paused = true)]
async fn every_problem_is_as_it_is_described_where_it_comes_up() {
    let described = Described::new().await;
    let required = "/api/v1/cluster/usage?require=complete";
    let nothing = || usage(missing(Code::NoAnswer), missing(Code::NoAnswer));
    let half = || usage(missing(Code::NoAnswer), Part::Fresh(compute()));
    let storage_alone = || usage(Part::Fresh(storage()), missing(Code::NoAnswer));
    let raw = "/api/v1/clusters/cluster1/raw";
    let mut kinds = BTreeSet::new();
    let mut holds = |path: &str, status, answer: &Response<Bytes>| {
        described.holds(path, status, answer);
        kinds.insert(json_of(answer)["type"].as_str().unwrap().to_owned());
    };
    let answers: [(_, _, RequestBuilder, _); 12] = [
        (not_yet(), USAGE, ask(USAGE), 503),
        (nothing(), USAGE, ask(USAGE), 503),
        (storage_alone(), USAGE, ask(USAGE), 502),
        (half(), USAGE, ask(required), 503),
        (complete(), USAGE, ask(&format!("{USAGE}?require=x")), 400),
        (complete(), RAW, ask(raw), 503),
        (nodeless(), RAW, ask(raw), 404),
        (nothing(), "/ready", stranger("/ready"), 503),
        (complete(), NAMED, ask(&NAMED.replace("{name}", "x")), 404),
        (complete(), NAMED, ask(&NAMED.replace("{name}", "")), 404),
        (complete(), RAW, ask(&RAW.replace("{name}", "x")), 404),
        (complete(), RAW, ask(&RAW.replace("{name}", "")), 404),
    ];
    for (usage, path, request, status) in answers {
        holds(path, status, &Site::new(usage).answer(request).await);
    }
    let wait = Duration::from_secs(1);
    let cluster = "/api/v1/clusters/{name}";
    for (path, error, status) in [
        ("/usage/history", ApiError::Pruned("hours"), 410),
        ("/usage/summary", ApiError::Pruned("days"), 410),
        ("/usage/summary", ApiError::UnknownPeriod, 404),
        ("/periods/{month}", ApiError::UnknownPeriod, 404),
        (
            "/periods/{month}/close",
            ApiError::PeriodConflict("why".to_owned()),
            409,
        ),
        ("/readings/{id}", ApiError::UnknownReading, 404),
        ("/readings/{id}/raw", ApiError::UnknownReading, 404),
        ("/readings/{id}/raw", ApiError::EvidenceGone, 410),
    ] {
        holds(&format!("{cluster}{path}"), status, &error.answer());
    }
    for path in PATHS.iter().filter(|path| path.is_kept()) {
        holds(path.pattern, 503, &ApiError::NoStore(wait).answer());
        holds(path.pattern, 500, &ApiError::Damaged.answer());
        holds(
            path.pattern,
            400,
            &ApiError::BadQuery("why".into()).answer(),
        );
        if !path.pattern.ends_with("/raw") {
            holds(path.pattern, 406, &ApiError::NotAcceptable.answer());
        }
    }
    for path in PATHS {
        let template = path.pattern;
        let place = template.replace("{name}", "cluster1");
        let site = Site::limited(complete(), 1);
        holds(template, 400, &ApiError::PlainHttp.answer());
        let full = ApiError::Overloaded(Duration::from_secs(1));
        holds(template, 503, &full.answer());
        let other = match method(path) {
            "GET" => "POST",
            _ => "GET",
        };
        holds(template, 405, &site.answer(ask(&place).method(other)).await);
        if let Access::AnyOf(scopes) = path.access() {
            let (site, mut token) = (Site::new(complete()), token());
            token.scopes.retain(|other| !scopes.contains(other));
            site.api.tokens.exchange([token]);
            holds(template, 403, &site.get(&place).await);
        }
        if path.access() != Access::Everybody {
            let site = Site::limited(complete(), 1);
            holds(template, 401, &site.answer(stranger(&place)).await);
            holds(template, 429, &site.answer(ask(&place)).await);
        }
    }
    for error in [ApiError::NoStore(Duration::from_secs(1)), ApiError::Damaged] {
        kinds.insert(
            json_of(&error.answer())["type"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
    }
    let all = Kind::ALL.iter().map(|kind| kind.name().to_owned());
    assert_eq!(kinds, all.collect());
}

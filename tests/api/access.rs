//! Who is let in, and what the others are told.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use vhi_usage::{
    api::connection::Peer, panel::error::PanelError, reason::Code, source::error::SourceError,
    ssh::error::SshError, usage::Part, web,
};

use crate::{
    USAGE, json_of,
    published::{
        Site, TOKEN, ask, complete, compute, missing, not_yet, problem, stale, storage, stranger,
        usage,
    },
};

const BEHIND_THE_TOKEN: [&str; 9] = [
    USAGE,
    "/metrics",
    "/api/v1/usage/cluster",
    "/api/v1/clusters",
    "/api/v1/clusters/cluster1/usage",
    "/api/v1/clusters/cluster1/raw",
    "/api/v1/clusters/another/usage",
    "/api/v1/nothing/of/the/kind",
    "/api/v1",
];

#[tokio::test(start_paused = true)]
async fn no_figure_is_told_without_the_token() {
    let site = Site::new(complete());
    for path in BEHIND_THE_TOKEN {
        for method in ["GET", "HEAD", "POST", "DELETE"] {
            for word in [
                None,
                Some("Bearer wrong"),
                Some("Bearer"),
                Some("Basic a-word-of-the-caller"),
                Some("a-word-of-the-caller"),
            ] {
                let request = stranger(path).method(method);
                let request = match word {
                    Some(word) => request.header("authorization", word),
                    None => request,
                };
                let answer = site.answer(request).await;
                problem(&answer, 401, "unauthorized");
                let realm = "Bearer realm=\"vhi-usage\"";
                assert_eq!(answer.headers()["www-authenticate"], realm, "{path}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_in_the_address_opens_nothing() {
    let path = format!("{USAGE}?token=a-word-of-the-caller&access_token=a-word-of-the-caller");
    let answer = Site::new(complete()).answer(stranger(&path)).await;
    problem(&answer, 401, "unauthorized");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_is_a_problem_too() {
    let site = Site::new(complete());
    for path in ["/api/v1/nothing", "/api/v1", "/api/v1/cluster/usage/more"] {
        problem(&site.get(path).await, 404, "not_found");
    }
    for path in ["/", "/nothing", "/health/more"] {
        problem(&site.answer(stranger(path)).await, 404, "not_found");
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_written_here() {
    let site = Site::new(complete());
    for path in [USAGE, "/api/v1/clusters", "/metrics", "/health", "/ready"] {
        for method in ["POST", "PUT", "DELETE", "PATCH"] {
            let answer = site.answer(ask(path).method(method)).await;
            problem(&answer, 405, "method_not_allowed");
            assert_eq!(answer.headers()["allow"], "GET, HEAD");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_head_of_an_answer_is_that_of_the_whole() {
    let site = Site::new(complete());
    for path in [USAGE, "/api/v1/clusters", "/health", "/ready"] {
        let whole = site.get(path).await;
        let head = site.answer(ask(path).method("HEAD")).await;
        assert_eq!(head.status(), whole.status());
        assert_eq!(head.headers(), whole.headers(), "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_process_lives_whatever_it_knows() {
    for usage in [complete(), not_yet()] {
        let answer = Site::new(usage).answer(stranger("/health")).await;
        assert_eq!(answer.status(), 200);
        let body = json_of(&answer);
        assert_eq!(body["status"], "healthy");
        let time = body["time"].as_str().unwrap();
        assert!(
            time.ends_with('Z') && time.parse::<Timestamp>().is_ok(),
            "{time}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn ready_means_that_every_part_can_be_used() {
    let old = stale(compute(), Code::PanelTimeout);
    for usable in [complete(), usage(Part::Fresh(storage()), old)] {
        let answer = Site::new(usable).answer(stranger("/ready")).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(json_of(&answer)["status"], "ready");
    }
    let half = usage(missing(Code::HostKeyChanged), Part::Fresh(compute()));
    let answer = Site::new(half).answer(stranger("/ready")).await;
    problem(&answer, 503, "not_ready");
    let lacking = json!([{
        "cluster": "cluster1",
        "part": "storage",
        "code": "host_key_changed",
        "message": "the storage node shows another host key than expected",
        "next_try": null,
    }]);
    assert_eq!(json_of(&answer)["missing"], lacking);
    let answer = Site::new(not_yet()).answer(stranger("/ready")).await;
    problem(&answer, 503, "not_ready");
    assert_eq!(
        json_of(&answer)["missing"].as_array().map(Vec::len),
        Some(2)
    );
}

#[tokio::test(start_paused = true)]
async fn an_address_that_asks_too_often_waits_and_others_do_not() {
    let site = Site::limited(complete(), 2);
    let from = async |address: &str, path: &str| {
        let request = ask(path).extension(Peer(address.parse().unwrap()));
        site.answer(request).await
    };
    let mut answered = 0;
    let refused = loop {
        let answer = from("192.0.2.1:1000", USAGE).await;
        if answer.status() != 200 {
            break answer;
        }
        answered += 1;
        assert!(answered < 20, "there is no limit");
    };
    assert!(answered >= 2, "{answered} of a burst of 2");
    problem(&refused, 429, "too_many_requests");
    assert_eq!(refused.headers()["retry-after"], "1");
    assert_eq!(from("192.0.2.2:1000", USAGE).await.status(), 200);
    assert_eq!(from("192.0.2.1:1003", "/health").await.status(), 200);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_used_too_often_waits_wherever_it_is_shown() {
    let site = Site::limited_by_token(complete(), 2);
    let from = async |address: &str| {
        let request = ask(USAGE).extension(Peer(address.parse().unwrap()));
        site.answer(request).await
    };
    assert_eq!(from("192.0.2.1:1000").await.status(), 200);
    assert_eq!(from("192.0.2.2:1000").await.status(), 200);
    let refused = from("192.0.2.3:1000").await;
    problem(&refused, 429, "too_many_requests");
    assert_eq!(refused.headers()["retry-after"], "1");
    // Who shows none, or a wrong one, uses up nobody's.
    assert_eq!(site.answer(stranger(USAGE)).await.status(), 401);
    assert_eq!(from("192.0.2.3:1000").await.status(), 429);
    assert_eq!(site.answer(stranger("/health")).await.status(), 200);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_ends_in_an_error_is_counted_once() {
    for (path, token, status) in [
        ("/api/v1/nothing", TOKEN, 404),
        ("/api/v1/clusters/other/usage", TOKEN, 404),
        ("/api/v1/cluster/usage?require=all", TOKEN, 400),
        (USAGE, "wrong", 401),
        ("/api/v1/nothing", "wrong", 401),
    ] {
        let site = Site::limited(complete(), 2);
        let answer = async || {
            let request = stranger(path).header("authorization", format!("Bearer {token}"));
            let address = "192.0.2.1:1000".parse().unwrap();
            site.answer(request.extension(Peer(address))).await.status()
        };
        let said = [answer().await, answer().await, answer().await];
        assert_eq!(
            said.map(|it| it.as_u16()),
            [status, status, 429],
            "{path} {token}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn callers_learn_what_happened_and_neither_where_nor_to_whom() {
    let node = "billing@node7.internal:2222".parse().unwrap();
    let next_try: Timestamp = "2026-11-22T06:05:00Z".parse().unwrap();
    let url = "https://panel.internal:8888".to_owned();
    let (command, stderr) = ("vstorage -c cluster1 stat", "no route to node7.internal");
    let ssh = |error| SourceError::Ssh(error);
    let errors = [
        ssh(SshError::Auth {
            node,
            key: "/etc/internal-key".to_owned(),
            next_try,
        }),
        ssh(SshError::Exit {
            node: "root@node7.internal".parse().unwrap(),
            command: command.to_owned(),
            status: vhi_usage::ssh::output::ExitStatus::Code(1),
            stderr: stderr.to_owned(),
        }),
        SourceError::Panel(PanelError::Login {
            url: url.clone(),
            user: "billing".to_owned(),
            status: 401,
            next_try,
        }),
        SourceError::Panel(PanelError::Web(web::error::WebError::Timeout {
            peer: web::peer::Peer::Panel,
            url,
            path: "/api/v2/login".to_owned(),
            within: Duration::from_secs(9),
        })),
        SourceError::OtherCluster {
            node: "node7.internal".to_owned(),
            asked: "cluster1".to_owned(),
            found: "somebody-elses".to_owned(),
        },
    ];
    for error in errors {
        let why = error.reason(next_try);
        let dated = why.message.contains("next try at 2026-11-22T06:05:00.000Z");
        assert_eq!(dated, why.code == Code::AuthRefused, "{why:?}");
        let half = usage(Part::Missing(why.clone()), Part::Fresh(compute()));
        let nothing = usage(Part::Missing(why.clone()), Part::Missing(why));
        for usage in [half, nothing] {
            let site = Site::new(usage);
            for path in [USAGE, "/ready", "/api/v1/clusters"] {
                let text = Value::to_string(&json_of(&site.get(path).await));
                for hidden in ["internal", "billing", "somebody", "route", "/api/v2"] {
                    assert!(!text.contains(hidden), "{hidden} in {text}");
                }
            }
        }
    }
}

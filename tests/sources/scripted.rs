//! A panel by script: each path and its answer, without TLS, and the overview that is asked of it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};
use vhi_usage::{
    breaker::Breakers,
    panel::session::{PanelSettings, Session},
    reason::Code,
    secret::Secret,
    source::{compute_stat::ComputeStat, overview::OverviewSource},
    web::trust::Trust,
};
use warp::{
    Filter,
    http::{Response, StatusCode},
};

use crate::{common::PATIENCE, overview::read};

type Answers = Arc<Mutex<HashMap<String, Value>>>;

/// An answer that never comes.
pub(crate) const NEVER: &str = "never";
/// The key of several answers, of which the last one stays.
pub(crate) const IN_TURN: &str = "in turn";

fn next(answer: &mut Value) -> Value {
    match answer.get_mut(IN_TURN).and_then(Value::as_array_mut) {
        Some(turns) if turns.len() > 1 => turns.remove(0),
        Some(turns) => turns[0].clone(),
        None => answer.clone(),
    }
}

/// A panel that answers what it was told to, a number as a status, and 404 to all else. Every login is accepted,
/// unless it was told to answer otherwise.
pub(crate) struct Scripted {
    answers: Answers,
    asked: Arc<Mutex<Vec<String>>>,
    pub(crate) breakers: Breakers,
    pub(crate) source: OverviewSource,
    pub(crate) compute: ComputeStat,
    server: JoinHandle<()>,
}

impl Scripted {
    pub(crate) async fn new(answers: &[(&str, Value)]) -> Scripted {
        Scripted::of_project(answers, None).await
    }

    /// Whose answers are waited for so long.
    pub(crate) async fn waited_for(answers: &[(&str, Value)], timeout: Duration) -> Scripted {
        Scripted::of(answers, None, timeout).await
    }

    pub(crate) async fn of_project(answers: &[(&str, Value)], project: Option<&str>) -> Scripted {
        Scripted::of(answers, project, PATIENCE).await
    }

    async fn of(answers: &[(&str, Value)], project: Option<&str>, timeout: Duration) -> Scripted {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (told, asked) = (Answers::default(), Arc::<Mutex<Vec<String>>>::default());
        let (answers_of, asked_of) = (Arc::clone(&told), Arc::clone(&asked));
        let routes = warp::path::full().then(move |path: warp::path::FullPath| {
            let path = path.as_str().trim_start_matches("/api/v2/").to_owned();
            let answer = answers_of.lock().unwrap().get_mut(&path).map(next);
            let answer = answer.or_else(|| (path == "login").then(|| json!({})));
            asked_of.lock().unwrap().push(path);
            async move {
                if answer.as_ref().is_some_and(|it| it == NEVER) {
                    std::future::pending::<()>().await;
                }
                let response = Response::builder().header("set-cookie", "session=a");
                match answer {
                    Some(Value::Number(status)) => response
                        .status(status.to_string().as_str())
                        .body(String::new()),
                    Some(body) => response.body(body.to_string()),
                    None => response.status(StatusCode::NOT_FOUND).body(String::new()),
                }
            }
        });
        let server = tokio::spawn(warp::serve(routes).incoming(listener).run());
        let settings = PanelSettings {
            url,
            username: "billing".to_owned(),
            password: Secret::new("canary").unwrap(),
            domain: String::new(),
            project: project.map(str::to_owned),
            session_index: None,
            trust: Trust::Anything,
            timeout,
        };
        let breakers = Breakers::default();
        let session = Session::new(settings).unwrap();
        let session = Arc::new(session.with_breakers(breakers.clone()));
        let source = OverviewSource::new(Arc::clone(&session), "cluster1".parse().unwrap());
        let it = Scripted {
            answers: told,
            asked,
            breakers,
            source,
            compute: ComputeStat::new(session),
            server,
        };
        it.answers(answers);
        it
    }

    /// From now on these answers, and no other.
    pub(crate) fn answers(&self, answers: &[(&str, Value)]) {
        let answers = answers
            .iter()
            .map(|(path, body)| (path.to_string(), body.clone()));
        *self.answers.lock().unwrap() = answers.collect();
    }

    /// What was asked for since the last call, in the order of the paths.
    pub(crate) fn asked(&self) -> Vec<String> {
        let mut asked = std::mem::take(&mut *self.asked.lock().unwrap());
        asked.sort();
        asked
    }

    /// What is used, or the code and the words of the error; and what was asked for beside a login.
    pub(crate) async fn reads(&self) -> (Result<u64, (Code, String)>, Vec<String>) {
        let reading = read(&self.source).await;
        let used = reading.map(|it| it.logical.used.amount.bytes);
        let used = used.map_err(|error| (error.code(), vhi_usage::chain::chain(&error)));
        let mut asked = self.asked();
        asked.retain(|path| path != "login");
        (used, asked)
    }

    #[track_caller]
    pub(crate) fn gives(
        &self,
        (used, asked): (Result<u64, (Code, String)>, Vec<String>),
        expected: u64,
        paths: &[&str],
    ) {
        let mut paths = paths.to_vec();
        paths.sort_unstable();
        assert_eq!(
            (used, asked.iter().map(String::as_str).collect()),
            (Ok(expected), paths)
        );
    }

    pub(crate) async fn fails(&self, code: Code, words: &str) {
        let (error, said) = self.reads().await.0.unwrap_err();
        assert_eq!(error, code, "{said}");
        assert!(said.contains(words), "{said}");
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.server.abort();
    }
}

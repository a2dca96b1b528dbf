//! A Prometheus that has scraped the cluster, and the page that it scrapes.
//!
//! ```text
//! GET /metrics
//! GET /api/v1/query?query=sum(mdsd_cluster_space_bytes{cloud=""})&time=1768464000.123
//! ```

use std::{sync::Arc, time::Duration};

use hyper::{
    HeaderMap, Method, Request, StatusCode, body::Incoming, header::CONTENT_TYPE,
    http::request::Parts,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Number, Value, json};
use tokio::net::TcpListener;

use crate::sim::{
    counts::count,
    fault::Fault,
    http::{self, Answer, json, page, text},
    metrics::{self, exposition},
    query::{self, Sample},
    scenario::Scenario,
    server,
    tasks::Tasks,
};

/// A sample that is older than this is none any more.
const LOOK_BACK: SignedDuration = SignedDuration::from_mins(5);

/// What a query gave.
#[derive(Debug)]
pub(crate) struct Vector {
    pub(crate) samples: Vec<Sample>,
    /// When it was evaluated, to the millisecond.
    pub(crate) at: Timestamp,
    pub(crate) warnings: Vec<&'static str>,
}

/// Why a query gave nothing.
#[derive(Debug)]
pub(crate) enum Failure {
    /// An error in the shape of Prometheus: its kind and what it says.
    Refused(StatusCode, &'static str, String),
    /// A page of HTML.
    Page,
}

/// Evaluates a query at a time, or now where none is given.
pub(crate) fn evaluate(
    scenario: &Scenario,
    query: Option<&str>,
    time: Option<Timestamp>,
) -> Result<Vector, Failure> {
    let refused = |status, kind, text: &str| Err(Failure::Refused(status, kind, text.to_owned()));
    if scenario.shows(Fault::Metrics400) {
        return refused(StatusCode::BAD_REQUEST, "bad_data", "simulated");
    }
    if scenario.shows(Fault::Metrics422) {
        return refused(StatusCode::UNPROCESSABLE_ENTITY, "execution", "simulated");
    }
    if scenario.shows(Fault::Metrics503) {
        let text = "query timed out in expression evaluation";
        return refused(StatusCode::SERVICE_UNAVAILABLE, "timeout", text);
    }
    if scenario.shows(Fault::MetricsNotJson) {
        return Err(Failure::Page);
    }
    let Some(query) = query.and_then(query::parse) else {
        let text = "invalid parameter \"query\": 1:1: parse error: not a query of this simulator";
        return refused(StatusCode::BAD_REQUEST, "bad_data", text);
    };
    let now = Timestamp::now();
    let at = time.unwrap_or(now);
    // it scrapes without a pause, and knows nothing of what is to come
    let scraped = at.min(now);
    let series = if at.duration_since(scraped) > LOOK_BACK {
        Vec::new()
    } else {
        let ago = now.duration_since(scraped);
        let mut series = scenario.series_ago(Duration::try_from(ago).unwrap_or_default());
        for it in &mut series {
            // what a scrape adds
            it.labels.insert("job", "vhi".to_owned());
            it.labels.insert("instance", scenario.name().to_owned());
        }
        series
    };
    let seconds = |at: Timestamp| at.as_duration().as_secs_f64();
    Ok(Vector {
        samples: query.of(&series, seconds(scraped), seconds(at)),
        at,
        warnings: match scenario.shows(Fault::MetricsWarnings) {
            true => vec!["simulated"],
            false => Vec::new(),
        },
    })
}

/// What the route `/api/v1/query` answers; where it hangs, never.
pub(crate) async fn query_route(scenario: &Scenario, head: &Parts, body: &[u8]) -> Answer {
    count(&scenario.tally.queries);
    if scenario.shows(Fault::MetricsHang) {
        return std::future::pending().await;
    }
    let mut asked = Vec::new();
    if head.method == Method::POST && is_form(&head.headers) {
        asked.extend(http::pairs(&String::from_utf8_lossy(body)));
    }
    asked.extend(http::pairs(head.uri.query().unwrap_or_default()));
    let word = |key: &str| {
        let found = asked.iter().find(|(name, _)| name == key);
        found.map(|(_, value)| value.as_str())
    };
    let time = match word("time").map(|text| (text, moment(text))) {
        None => None,
        Some((_, Some(time))) => Some(time),
        Some((text, None)) => {
            let why = format!("cannot parse \"{text}\" to a valid timestamp");
            let why = format!("invalid parameter \"time\": Invalid time value for 'time': {why}");
            return refusal(StatusCode::BAD_REQUEST, "bad_data", &why);
        }
    };
    match evaluate(scenario, word("query"), time) {
        Ok(vector) => json(StatusCode::OK, &envelope(&vector)),
        Err(Failure::Refused(status, kind, why)) => refusal(status, kind, &why),
        Err(Failure::Page) => page(StatusCode::OK),
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| {
        kind.as_bytes()
            .starts_with(b"application/x-www-form-urlencoded")
    })
}

/// A time as Prometheus takes it, to the millisecond: seconds of Unix time, or RFC 3339.
fn moment(text: &str) -> Option<Timestamp> {
    let Ok(seconds) = text.parse::<f64>() else {
        return text.parse().ok();
    };
    let since = SignedDuration::try_from_secs_f64(seconds).ok()?;
    let nearest = since.checked_add(SignedDuration::from_micros(500))?;
    let millis = i64::try_from(nearest.as_millis()).ok()?;
    Timestamp::from_millisecond(millis).ok()
}

/// A time as Prometheus writes it: seconds, with three decimals where they are not all zero.
fn seconds(at: Timestamp) -> Value {
    let (whole, millis) = (at.as_second(), at.subsec_millisecond());
    let text = match millis {
        0 => whole.to_string(),
        millis => format!("{whole}.{millis:03}"),
    };
    text.parse::<Number>().map_or(Value::Null, Value::Number)
}

fn envelope(vector: &Vector) -> Value {
    let result: Vec<Value> = vector
        .samples
        .iter()
        .map(|it| {
            let value = [seconds(vector.at), json!(metrics::written(it.value))];
            json!({ "metric": it.labels, "value": value })
        })
        .collect();
    let mut envelope = json!({
        "status": "success",
        "data": { "resultType": "vector", "result": result },
    });
    if let (false, Some(keys)) = (vector.warnings.is_empty(), envelope.as_object_mut()) {
        keys.insert("warnings".to_owned(), json!(vector.warnings));
    }
    envelope
}

fn refusal(status: StatusCode, kind: &str, why: &str) -> Answer {
    let body = json!({ "status": "error", "errorType": kind, "error": why });
    json(status, &body)
}

/// Serves until the simulator stops.
pub(crate) async fn serve(scenario: Arc<Scenario>, listener: TcpListener, tasks: Arc<Tasks>) {
    let connection = |stream, peer| {
        let scenario = scenario.clone();
        async move {
            let routes = |request| routes(&scenario, request);
            server::answer(stream, peer, routes).await;
        }
    };
    server::accept(listener, tasks, connection).await;
}

/// The answer to one request; `None` closes the connection.
async fn routes(scenario: &Scenario, request: Request<Incoming>) -> Option<Answer> {
    if scenario.shows(Fault::MetricsDown) {
        return None;
    }
    if scenario.shows(Fault::MetricsHang) {
        return std::future::pending().await;
    }
    let (head, body) = request.into_parts();
    let body = http::read(body).await?;
    let plain = |body: &str| Some(text(StatusCode::OK, "text/plain", body.to_owned()));
    match (&head.method, head.uri.path()) {
        (&Method::GET | &Method::POST, "/api/v1/query") => {
            Some(query_route(scenario, &head, &body).await)
        }
        (&Method::GET, "/metrics") => {
            let body = exposition(&scenario.series_ago(Duration::ZERO));
            let kind = "text/plain; version=0.0.4; charset=utf-8";
            Some(text(StatusCode::OK, kind, body))
        }
        (&Method::GET, "/-/healthy") => plain("Prometheus Server is Healthy.\n"),
        (&Method::GET, "/-/ready") => plain("Prometheus Server is Ready.\n"),
        _ => Some(text(
            StatusCode::NOT_FOUND,
            "text/plain",
            "404 page not found\n".to_owned(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn echoes(text: &str, expected: &str) {
        assert_eq!(moment(text).map(seconds).unwrap().to_string(), expected);
    }

    #[test]
    fn a_time_is_echoed_to_the_millisecond() {
        echoes("1768464000.123", "1768464000.123");
        echoes("1768464000", "1768464000");
        echoes("1768464000.0004", "1768464000");
        echoes("1768464000.05", "1768464000.050");
        echoes("1.768464e9", "1768464000");
        echoes("2026-01-15T08:00:00.123Z", "1768464000.123");
        for text in ["", "now", "NaN", "inf", "1e300"] {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    #[test]
    fn what_was_scraped_long_before_is_gone() {
        let scenario = Scenario::new("stor1", 0, &[]);
        let later = |minutes| Timestamp::now() + SignedDuration::from_mins(minutes);
        let query = Some("mdsd_cluster_space_bytes{cloud=\"\"}");
        let count = |at| evaluate(&scenario, query, Some(at)).unwrap().samples.len();
        assert_eq!(count(later(-60)), 1);
        assert_eq!(count(later(4)), 1);
        assert_eq!(count(later(6)), 0);
    }
}

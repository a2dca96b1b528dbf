//! What the description says of each path: how it is asked, and every answer with its headers.
//!
//! Every path has an answer with status 200. What else it has follows from what it looks at: a token, a name, figures.

use utoipa::openapi::{
    Response,
    path::{Operation, OperationBuilder},
    security::SecurityRequirement,
};
use warp::http::StatusCode;

use crate::{
    api::{
        clusters::Clusters,
        health::{Health, Readiness},
        history::History,
        kept_reading::{KeptReading, StandingReadings},
        parameters::parameters,
        period_body::{Periods, Told},
        problem::Kind,
        route::{Access, Path, Route},
        scope::Scope,
        told,
    },
    statement::summary::Summary,
};

/// Under which the description speaks of the tokens.
pub const TOKEN: &str = "token";

/// What the description says of this path.
pub fn operation(path: &Path) -> Operation {
    let (summary, about, ok) = told(path);
    let operation = OperationBuilder::new()
        .operation_id(Some(path.id))
        .tag(match path.access() {
            Access::Everybody => "service",
            _ => "usage",
        })
        .summary(Some(summary))
        .description(Some(format!("{about} {}", opened_by(path.access()))))
        .response("200", ok);
    let operation = match path.is_tagged() {
        true => operation.response("304", told::unchanged(path)),
        false => operation,
    };
    let security =
        |scopes: &[Scope]| SecurityRequirement::new(TOKEN, scopes.iter().map(|scope| scope.name()));
    let operation = match path.access() {
        Access::Everybody => operation,
        Access::Token => operation.security(security(&[])),
        // One line for each: any of them will do.
        Access::AnyOf(scopes) => scopes.iter().fold(operation, |operation, scope| {
            operation.security(security(&[*scope]))
        }),
    };
    let operation = parameters(path)
        .into_iter()
        .fold(operation, OperationBuilder::parameter);
    let mut kinds = problems(path);
    kinds.sort_by_key(|kind| kind.status().as_u16());
    let by_status = kinds.chunk_by(|one, other| one.status() == other.status());
    by_status
        .fold(operation, |operation, kinds| {
            let status = kinds.first().map_or(StatusCode::OK, |kind| kind.status());
            operation.response(status.as_str(), told::problem(kinds))
        })
        .build()
}

/// Which token is wanted, as a sentence.
fn opened_by(access: Access) -> String {
    match access {
        Access::Everybody => "No token is wanted.".to_owned(),
        Access::Token => "Any token will do, whatever its scope.".to_owned(),
        Access::AnyOf(scopes) => {
            let names = scopes.iter().map(|scope| format!("`{}`", scope.name()));
            let names = names.collect::<Vec<_>>().join(" or ");
            format!("A token with the scope {names} is wanted.")
        }
    }
}

/// In a line, at length, and the answer with status 200.
fn told(path: &Path) -> (&'static str, &'static str, Response) {
    match path.route {
        Route::Usage if path.named() => (
            "Usage of a cluster",
            "The newest usage of the cluster of this name. No request waits for a source: readings are taken on a clock \
             of their own.",
            told::usage(),
        ),
        Route::Usage => (
            "Usage of the first cluster",
            "The newest usage of the first cluster of the settings. Two paths give the same.",
            told::usage(),
        ),
        Route::Clusters => (
            "All clusters",
            "Names, states and times of all clusters and the peers that are left alone, without figures.",
            told::plain::<Clusters<'_>>("The clusters."),
        ),
        Route::Raw => (
            "The text behind the figures",
            "The newest output of a storage node as it came, readable or not.",
            told::text(),
        ),
        Route::History => (
            "What a cluster used, point by point",
            "Readings as they were read, or what every five minutes, every hour, every day or every month adds up to. A window \
             without readings is an empty list. Pages are stable: what is kept later moves none of them.",
            told::page::<History<'_>>("A page of points."),
        ),
        Route::Summary => (
            "What a cluster used in a window",
            "Exact sums of every quantity, mean, greatest value and 95th percentile, how much of the window was measured, \
             and why the rest was not. Windows that meet add up to the whole.",
            told::kept::<Summary>("The summary."),
        ),
        Route::Periods => (
            "The months of a cluster",
            "From the first reading that was kept to the month that is open now.",
            told::page::<Periods<'_>>("The months."),
        ),
        Route::Period => (
            "A month of a cluster",
            "How far it is, what it adds up to, and once it is closed what seals it. With `format=focus` its charges and \
             corrections as rows with the columns of the FOCUS specification, without prices: as CSV, or as a list of \
             objects where `Accept` asks for JSON.",
            told::period(),
        ),
        Route::Close => (
            "Close a month",
            "A month that is over is closed for ever, before its grace has passed. One that is closed already is answered \
             as it is. No body is read.",
            told::kept::<Told>("The closed month."),
        ),
        Route::Standing => (
            "The readings that stood at a time",
            "Which readings a figure comes from that stood at this time, such as the greatest value of a month: the text \
             behind it is one request further.",
            told::kept::<StandingReadings>(
                "The readings, at most one of storage and one of compute.",
            ),
        ),
        Route::Reading => (
            "A reading that is kept",
            "With its source, its times and every figure with its interval.",
            told::kept::<KeptReading>("The reading."),
        ),
        Route::ReadingText => (
            "The text that a reading was read from",
            "As it came, of the SHA-256 that the reading names.",
            told::evidence(),
        ),
        Route::Health => (
            "Whether the process lives",
            "It says nothing of figures.",
            told::plain::<Health>("It lives."),
        ),
        Route::Ready => (
            "Whether every cluster has usable figures",
            "Of both parts, storage and compute. It tells no figures.",
            told::plain::<Readiness>("Every cluster has."),
        ),
        Route::Metrics => (
            "Metrics",
            "What is known of every cluster, of the stages of its readings, of its witnesses and of the requests, in the \
             text form of Prometheus. What is not known has no sample.",
            told::metrics(),
        ),
        Route::Description => (
            "This description",
            "The same for every caller, until another release is started.",
            told::description(),
        ),
    }
}

fn problems(path: &Path) -> Vec<Kind> {
    let mut kinds = vec![Kind::HttpsOnly, Kind::MethodNotAllowed, Kind::Overloaded];
    if path.access() != Access::Everybody {
        kinds.extend([Kind::Unauthorized, Kind::TooManyRequests]);
    }
    if matches!(path.access(), Access::AnyOf(_)) {
        kinds.push(Kind::Forbidden);
    }
    if path.named() {
        kinds.extend([Kind::UnknownCluster, Kind::NotFound]);
    }
    if path.is_kept() {
        kinds.extend([Kind::BadQuery, Kind::StoreUnavailable, Kind::StoreDamaged]);
    }
    if path.is_kept() && path.route != Route::ReadingText {
        kinds.push(Kind::NotAcceptable);
    }
    kinds.extend(match path.route {
        Route::Usage => &[
            Kind::BadQuery,
            Kind::NoCompute,
            Kind::NotYet,
            Kind::NoUsage,
            Kind::NotComplete,
        ][..],
        Route::Raw => &[Kind::NoNodes, Kind::NoText],
        Route::History => &[Kind::ReadingsGone],
        Route::Summary => &[Kind::UnknownPeriod, Kind::ReadingsGone],
        Route::Period => &[Kind::UnknownPeriod],
        Route::Close => &[Kind::UnknownPeriod, Kind::PeriodConflict],
        Route::Reading => &[Kind::UnknownReading],
        Route::ReadingText => &[Kind::UnknownReading, Kind::EvidenceGone],
        Route::Periods | Route::Standing => &[],
        Route::Ready => &[Kind::NotReady],
        Route::Clusters | Route::Metrics | Route::Health | Route::Description => &[],
    });
    kinds
}

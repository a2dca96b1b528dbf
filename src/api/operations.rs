//! What the description says of each path: what may be asked, and every answer with its headers.
//!
//! Every path has an answer with status 200. What else it has follows from what it looks at: a token, a name, figures.

use utoipa::openapi::{
    ObjectBuilder, Required, Response, Type,
    path::{Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn},
    security::SecurityRequirement,
};
use warp::http::StatusCode;

use crate::api::{
    clusters::Clusters,
    health::{Health, Readiness},
    problem::Kind,
    route::{Access, Path, Route},
    scope::Scope,
    told,
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
    let operation = match path.route {
        Route::Usage | Route::Description => operation.response("304", told::unchanged(path)),
        _ => operation,
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
    kinds.extend(match path.route {
        Route::Usage => &[
            Kind::BadQuery,
            Kind::NoCompute,
            Kind::NotYet,
            Kind::NoUsage,
            Kind::NotComplete,
        ][..],
        Route::Raw => &[Kind::NoNodes, Kind::NoText],
        Route::Ready => &[Kind::NotReady],
        Route::Clusters | Route::Metrics | Route::Health | Route::Description => &[],
    });
    kinds
}

fn parameters(path: &Path) -> Vec<Parameter> {
    let parameter = |name: &str, place, required, schema: ObjectBuilder, about: &str| {
        ParameterBuilder::new()
            .name(name)
            .parameter_in(place)
            .required(required)
            .schema(Some(schema))
            .description(Some(about))
            .build()
    };
    let string = || ObjectBuilder::new().schema_type(Type::String);
    let mut all = Vec::new();
    if path.named() {
        let about = "Name of the cluster, as `/api/v1/clusters` lists it.";
        all.push(parameter(
            "name",
            ParameterIn::Path,
            Required::True,
            string(),
            about,
        ));
    }
    if path.route == Route::Usage {
        let about = "With `complete`, whatever is not fresh and complete is answered with 503.";
        let one = string().enum_values(Some(["complete"]));
        all.push(parameter(
            "require",
            ParameterIn::Query,
            Required::False,
            one,
            about,
        ));
    }
    if matches!(path.route, Route::Usage | Route::Description) {
        let about = "The `ETag` of the body that the caller holds; where it is the newest, the answer is 304.";
        let name = "If-None-Match";
        all.push(parameter(
            name,
            ParameterIn::Header,
            Required::False,
            string(),
            about,
        ));
    }
    all
}

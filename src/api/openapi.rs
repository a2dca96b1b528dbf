//! `GET /api/v1/openapi.json`: what is asked and answered here, for machines, as OpenAPI 3.1.
//!
//! It is made of the very types and tables that the answers are written from, so neither goes its own way. No token is
//! asked for: nothing in it is of a cluster.

use std::sync::LazyLock;

use utoipa::{
    ToSchema,
    openapi::{
        Components, ComponentsBuilder, HttpMethod, Info, InfoBuilder, LicenseBuilder, OpenApi,
        OpenApiBuilder, PathItem, Paths, PathsBuilder, RefOr, Schema, Server, Type,
        schema::SchemaType,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use warp::{
    http::{HeaderMap, HeaderValue, header},
    hyper::body::Bytes,
};

use crate::{
    api::{
        asked::Asked,
        body::Usage,
        clusters::Clusters,
        error::Answer,
        etag,
        health::{Health, Readiness},
        history::History,
        kept_reading::{KeptReading, StandingReadings},
        operations::{TOKEN, operation},
        period_body::{Periods, Told},
        problem::Problem,
        route::{Methods, PATHS, Path},
        scope::Scope,
    },
    statement::summary::Summary,
};

const ABOUT: &str = "\
Exact usage figures of Virtuozzo Hybrid Infrastructure clusters, for billing.

* What was not read is null, never 0. A 0 is a 0 that was read.
* Counts of bytes are whole numbers, and 64 bits hold them below 8 EiB: a double loses digits beyond 2^53.
* Times are RFC 3339, UTC, with milliseconds and `Z`.
* Fields may be added: ignore those that you do not know. A closed list gains a word only together with this description.
* HEAD is answered like GET, without the body.";

static WRITTEN: LazyLock<Written> = LazyLock::new(Written::new);

/// The description as it is sent, the same as long as the process lives.
struct Written {
    headers: HeaderMap,
    body: Bytes,
}

impl Written {
    fn new() -> Written {
        // Nothing but what is built in goes into it: if it can be written once, it always can.
        let body = Bytes::from(serde_json::to_vec(&document()).unwrap_or_default());
        let mut headers = HeaderMap::with_capacity(3);
        let kind = HeaderValue::from_static("application/json");
        headers.insert(header::CONTENT_TYPE, kind);
        headers.insert(header::ETAG, etag::of(&body));
        let ask = HeaderValue::from_static("no-cache");
        headers.insert(header::CACHE_CONTROL, ask);
        Written { headers, body }
    }
}

/// The description, or 304 where the caller holds it.
pub fn answer(asked: &Asked) -> Answer {
    etag::answer(&asked.headers, &WRITTEN.headers, &WRITTEN.body)
}

fn document() -> OpenApi {
    OpenApiBuilder::new()
        .info(info())
        .servers(Some([Server::new("/")]))
        .paths(paths())
        .components(Some(components()))
        .build()
}

fn info() -> Info {
    let license = env!("CARGO_PKG_LICENSE");
    let license = LicenseBuilder::new()
        .name(license)
        .identifier(Some(license));
    InfoBuilder::new()
        .title(env!("CARGO_PKG_NAME"))
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(license.build()))
        .build()
}

fn paths() -> Paths {
    let add = |paths: PathsBuilder, path: &Path| {
        let method = match path.methods() {
            Methods::Read => HttpMethod::Get,
            Methods::Write => HttpMethod::Post,
        };
        let item = PathItem::new(method, operation(path));
        paths.path(path.pattern, item)
    };
    PATHS.iter().fold(PathsBuilder::new(), add).build()
}

fn components() -> Components {
    let token = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some(about_tokens()));
    let named = schemas().into_iter().map(|(name, mut schema)| {
        require(&mut schema);
        (name, schema)
    });
    ComponentsBuilder::new()
        .schemas_from_iter(named)
        .security_scheme(TOKEN, SecurityScheme::Http(token.build()))
        .build()
}

/// What a token is, and what each of its scopes is good for.
fn about_tokens() -> String {
    let rows = Scope::ALL.map(|scope| format!("* `{}`: {}", scope.name(), scope.meaning()));
    let rows = rows.join("\n");
    format!("An API token of the settings. Its scopes are what it is good for:\n\n{rows}")
}

type Named = (String, RefOr<Schema>);

/// Of each body, and of all that is in them; a type that is in several of them stands there as often.
fn schemas() -> Vec<Named> {
    fn add<T: ToSchema>(all: &mut Vec<Named>) {
        all.push((T::name().into_owned(), T::schema()));
        T::schemas(all);
    }
    let mut all = Vec::new();
    add::<Usage<'_>>(&mut all);
    add::<Clusters<'_>>(&mut all);
    add::<Health>(&mut all);
    add::<Readiness>(&mut all);
    add::<Problem<'_>>(&mut all);
    add::<History<'_>>(&mut all);
    add::<Summary>(&mut all);
    add::<Periods<'_>>(&mut all);
    add::<Told>(&mut all);
    add::<StandingReadings>(&mut all);
    add::<KeptReading>(&mut all);
    all
}

/// A field that can be null is always there, and one that can be left out is never null. The derived schema knows only
/// of the latter.
fn require(schema: &mut RefOr<Schema>) {
    match schema {
        RefOr::T(Schema::Object(object)) => {
            let there = |(field, of): (&String, _)| {
                (can_be_null(of) || object.required.contains(field)).then(|| field.clone())
            };
            object.required = object.properties.iter().filter_map(there).collect();
        }
        // What is flat in it has a schema of its own.
        RefOr::T(Schema::AllOf(parts)) => parts.items.iter_mut().for_each(require),
        RefOr::T(Schema::OneOf(forms)) => forms.items.iter_mut().for_each(require),
        _ => {}
    }
}

fn can_be_null(schema: &RefOr<Schema>) -> bool {
    let null = |kind: &SchemaType| match kind {
        SchemaType::Type(kind) => *kind == Type::Null,
        SchemaType::Array(kinds) => kinds.contains(&Type::Null),
        SchemaType::AnyValue => false,
    };
    match schema {
        RefOr::T(Schema::Object(it)) => null(&it.schema_type),
        RefOr::T(Schema::Array(it)) => null(&it.schema_type),
        RefOr::T(Schema::OneOf(it)) => it.items.iter().any(can_be_null),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_stands_for_one_schema() {
        let all = schemas();
        for (name, schema) in &all {
            let same = all.iter().filter(|(other, _)| other == name);
            assert!(same.into_iter().all(|(_, other)| other == schema), "{name}");
        }
    }

    #[test]
    fn another_process_writes_the_same() {
        assert_eq!(Written::new().headers, WRITTEN.headers);
        assert!(WRITTEN.body.starts_with(b"{\"openapi\":\"3.1.0\""));
    }
}

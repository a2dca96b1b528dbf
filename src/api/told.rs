//! The answers as the description tells them: their bodies and their headers.

use utoipa::{
    ToSchema,
    openapi::{
        ArrayBuilder, Content, Header, HeaderBuilder, KnownFormat, Object, ObjectBuilder,
        OneOfBuilder, Ref, Response, ResponseBuilder, SchemaFormat, Type,
    },
};
use warp::http::{HeaderName, header};

use crate::api::{
    body::Usage,
    kept_reading::SHA256,
    period_body::Told,
    problem::{Kind, Problem},
    raw,
    route::{Path, Route},
    shown::NEXT_CURSOR,
};

/// A body of this type, and no header that says anything.
pub fn plain<T: ToSchema>(about: &str) -> Response {
    ResponseBuilder::new()
        .description(about)
        .content("application/json", json::<T>())
        .build()
}

/// The description itself.
pub fn description() -> Response {
    let answer = ResponseBuilder::new()
        .description("The description, as OpenAPI 3.1.")
        .content("application/json", Content::new(Some(Object::new())));
    tagged(answer).build()
}

/// The problems of one status.
pub fn problem(kinds: &[Kind]) -> Response {
    let rows = kinds.iter().map(|kind| {
        let (name, meaning) = (kind.name(), kind.meaning());
        format!("* `{name}`: {meaning}")
    });
    let answer = ResponseBuilder::new()
        .description(rows.collect::<Vec<_>>().join("\n"))
        .content("application/problem+json", json::<Problem<'_>>())
        .header(header::CACHE_CONTROL.as_str(), word("`no-store`."));
    let answer = match kinds.iter().any(|kind| kind.waits()) {
        true => answer.header(
            header::RETRY_AFTER.as_str(),
            seconds("Seconds after which there may be another answer, from 1 on."),
        ),
        false => answer,
    };
    let has = |kind| kinds.contains(&kind);
    let answer = match has(Kind::Unauthorized) {
        true => answer.header(
            header::WWW_AUTHENTICATE.as_str(),
            word(
                "`Bearer realm=\"vhi-usage\"`; of a token that has expired, with `error=\"invalid_token\"` behind it.",
            ),
        ),
        false => answer,
    };
    let answer = match has(Kind::Forbidden) {
        true => answer.header(
            header::WWW_AUTHENTICATE.as_str(),
            word(
                "`Bearer realm=\"vhi-usage\", error=\"insufficient_scope\"`, and the scope that is wanted as `scope`.",
            ),
        ),
        false => answer,
    };
    match has(Kind::MethodNotAllowed) {
        true => answer.header(
            header::ALLOW.as_str(),
            word("The methods that would do: `GET, HEAD`, or `POST`."),
        ),
        false => answer,
    }
    .build()
}

/// The usage of a cluster.
pub fn usage() -> Response {
    let answer = ResponseBuilder::new()
        .description("The usage, complete, stale or partial, as `status` says.")
        .content("application/json", json::<Usage<'_>>());
    cached(answer).build()
}

/// 304.
pub fn unchanged(path: &Path) -> Response {
    let answer =
        ResponseBuilder::new().description("The caller holds this very body. None is sent.");
    match path.route {
        Route::Usage => cached(answer),
        Route::ReadingText => behind(answer),
        Route::History | Route::Periods => paged(chosen(answer)),
        _ if path.is_kept() => chosen(answer),
        _ => tagged(answer),
    }
    .build()
}

/// A body of this type, or its rows.
pub fn kept<T: ToSchema>(about: &str) -> Response {
    chosen(either::<T>(about)).build()
}

/// A page of this type, or its rows.
pub fn page<T: ToSchema>(about: &str) -> Response {
    paged(chosen(either::<T>(about))).build()
}

/// A month, or its charges.
pub fn period() -> Response {
    let charges = "A charge, its keys the columns of the FOCUS specification.";
    let charge = Object::builder().description(Some(charges));
    let body = OneOfBuilder::new()
        .item(Ref::from_schema_name(Told::name()))
        .item(ArrayBuilder::new().items(charge));
    let answer = ResponseBuilder::new()
        .description("The month, or its charges.")
        .content("application/json", Content::new(Some(body)))
        .content("text/csv", string());
    chosen(answer).build()
}

/// The text of a reading.
pub fn evidence() -> Response {
    let answer = ResponseBuilder::new()
        .description("The text. What a tool has printed may hold bytes that are no UTF-8.")
        .content("text/plain", string())
        .content("application/json", Content::new(Some(Object::new())));
    behind(answer).build()
}

fn either<T: ToSchema>(about: &str) -> ResponseBuilder {
    ResponseBuilder::new()
        .description(about)
        .content("application/json", json::<T>())
        .content("text/csv", string())
}

/// With what is said of a body that has several forms.
fn chosen(answer: ResponseBuilder) -> ResponseBuilder {
    answer
        .header(header::ETAG.as_str(), etag())
        .header(header::VARY.as_str(), word("`Accept`."))
        .header(
            header::CACHE_CONTROL.as_str(),
            word("`private, no-cache`: ask again with `If-None-Match`."),
        )
}

fn paged(answer: ResponseBuilder) -> ResponseBuilder {
    let about = "`next_cursor` once more, for readers of CSV; not there on the last page.";
    answer.header(NEXT_CURSOR.as_str(), word(about))
}

/// With what is said of the text behind a reading.
fn behind(answer: ResponseBuilder) -> ResponseBuilder {
    let kept = "`private, max-age=31536000, immutable`: another text has another name.";
    let said = [
        (header::ETAG, etag()),
        (header::CACHE_CONTROL, word(kept)),
        (header::X_CONTENT_TYPE_OPTIONS, word("`nosniff`.")),
        (SHA256, word("The SHA-256 of the text, in hex.")),
        (
            raw::OBSERVED_AT,
            word("When the reading was observed; RFC 3339, UTC."),
        ),
        (raw::NODE, word("The node that was asked, where one was.")),
        (
            raw::COMMAND,
            word("The command that the node was asked to run, where one was."),
        ),
    ];
    let add = |answer: ResponseBuilder, (name, header): (HeaderName, Header)| {
        answer.header(name.as_str(), header)
    };
    said.into_iter().fold(answer, add)
}

fn string() -> Content {
    Content::new(Some(Object::with_type(Type::String)))
}

fn tagged(answer: ResponseBuilder) -> ResponseBuilder {
    answer.header(header::ETAG.as_str(), etag()).header(
        header::CACHE_CONTROL.as_str(),
        word("`no-cache`: ask again with `If-None-Match`."),
    )
}

fn cached(answer: ResponseBuilder) -> ResponseBuilder {
    answer
        .header(header::ETAG.as_str(), etag())
        .header(
            header::AGE.as_str(),
            seconds("Seconds since the usage was published."),
        )
        .header(
            header::CACHE_CONTROL.as_str(),
            word("`private, max-age=` with the seconds to the next round of readings."),
        )
}

/// The page of metrics.
pub fn metrics() -> Response {
    ResponseBuilder::new()
        .description("The metrics.")
        .content(
            "text/plain",
            Content::new(Some(Object::with_type(Type::String))),
        )
        .header(header::CACHE_CONTROL.as_str(), word("`no-store`."))
        .build()
}

/// The text of a node.
pub fn text() -> Response {
    let answer = ResponseBuilder::new()
        .description("The text. It may hold bytes that are no UTF-8.")
        .content(
            "text/plain",
            Content::new(Some(Object::with_type(Type::String))),
        )
        .header(header::CACHE_CONTROL.as_str(), word("`no-store`."))
        .header(header::X_CONTENT_TYPE_OPTIONS.as_str(), word("`nosniff`."));
    let said = [
        (&raw::NODE, "The node that printed it."),
        (&raw::OBSERVED_AT, "When it came; RFC 3339, UTC."),
        (&raw::COMMAND, "The command that the node was asked to run."),
    ];
    let said = said.map(|(name, about): (&HeaderName, _)| (name.as_str(), word(about)));
    said.into_iter()
        .fold(answer, |answer, (name, header)| answer.header(name, header))
        .build()
}

/// A body of this type.
fn json<T: ToSchema>() -> Content {
    Content::new(Some(Ref::from_schema_name(T::name())))
}

fn etag() -> Header {
    word("Strong: another body has another one.")
}

fn word(about: &str) -> Header {
    let schema = Some(Object::with_type(Type::String));
    HeaderBuilder::new()
        .schema(schema)
        .description(Some(about))
        .build()
}

fn seconds(about: &str) -> Header {
    let schema = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(0));
    HeaderBuilder::new()
        .schema(Some(schema))
        .description(Some(about))
        .build()
}

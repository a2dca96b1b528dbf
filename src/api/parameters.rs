//! What the description says of what may be asked: the words of a path, its query, and the headers that are looked at.

use utoipa::openapi::{
    ObjectBuilder, Required, Type,
    path::{Parameter, ParameterBuilder, ParameterIn},
};

use crate::{
    api::{
        accept::{FOCUS, Format},
        history, periods,
        route::{Path, Route},
    },
    history::step::Step,
};

/// What may be asked of this path.
pub fn parameters(path: &Path) -> Vec<Parameter> {
    let mut all: Vec<Parameter> = path.variables().map(variable).collect();
    all.extend(query(path.route));
    if path.is_kept() && path.route != Route::ReadingText {
        let mut words: Vec<&str> = Format::ALL.map(Format::name).into();
        if path.route == Route::Period {
            words.push(FOCUS);
        }
        let about =
            "In which form the answer is written; where this is left out, `Accept` says it.";
        let one = string().enum_values(Some(words));
        all.push(parameter("format", ParameterIn::Query, one, about));
    }
    if path.is_tagged() {
        let about = "The `ETag` of the body that the caller holds; where it is the newest, the answer is 304.";
        let name = "If-None-Match";
        all.push(parameter(name, ParameterIn::Header, string(), about));
    }
    all
}

fn variable(name: &'static str) -> Parameter {
    let about = match name {
        "name" => "Name of the cluster, as `/api/v1/clusters` lists it.",
        "month" => "The month, such as `2026-10`.",
        _ => "Name of the reading, as a point of `usage/history?step=raw` or a summary gives it.",
    };
    let parameter = ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .schema(Some(string()))
        .description(Some(about));
    parameter.build()
}

fn query(route: Route) -> Vec<Parameter> {
    let one = |name, schema, about: &str| parameter(name, ParameterIn::Query, schema, about);
    let from = "The first moment: RFC 3339 in whole seconds with any offset, or a day, which begins at its first moment in \
                the zone of the months.";
    let to = "The moment behind the last one, which does not belong to the window; as `from`.";
    match route {
        Route::Usage => vec![one(
            "require",
            string().enum_values(Some(["complete"])),
            "With `complete`, whatever is not fresh and complete is answered with 503.",
        )],
        Route::History => vec![
            one("from", string(), from),
            one("to", string(), to),
            one(
                "step",
                string().enum_values(Some(Step::ALL.map(Step::name))),
                "How far apart the points are; `1h` where this is left out.",
            ),
            one(
                "limit",
                limit(history::MOST),
                &format!(
                    "How many points a page has at most; {} where this is left out.",
                    history::USUAL
                ),
            ),
            one(
                "cursor",
                string(),
                "`next_cursor` of the page before, as it came, with the same window and step.",
            ),
        ],
        Route::Summary => vec![
            one("from", string(), from),
            one("to", string(), to),
            one(
                "period",
                string(),
                "A month such as `2026-10`, in place of `from` and `to`.",
            ),
        ],
        Route::Periods => vec![
            one(
                "limit",
                limit(periods::MOST),
                "How many months a page has at most; all of them where this is left out.",
            ),
            one(
                "cursor",
                string(),
                "`next_cursor` of the page before, as it came.",
            ),
        ],
        Route::Standing => vec![one("at", string(), "The time; as `from` of the history.")],
        _ => Vec::new(),
    }
}

fn parameter(name: &str, place: ParameterIn, schema: ObjectBuilder, about: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(Required::False)
        .schema(Some(schema))
        .description(Some(about))
        .build()
}

fn limit(most: usize) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(1))
        .maximum(Some(most))
}

fn string() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

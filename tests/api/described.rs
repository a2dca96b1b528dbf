//! The description of the routes, and answers held against it.

use std::collections::BTreeSet;

use jsonschema::{Validator, draft202012};
use serde_json::{Map, Value, json};
use warp::{http::Response, hyper::body::Bytes};

use crate::{
    json_of,
    published::{Site, complete, stranger},
};

pub(crate) const DESCRIPTION: &str = "/api/v1/openapi.json";

pub(crate) struct Described {
    pub(crate) document: Value,
}

impl Described {
    /// As a stranger gets it.
    pub(crate) async fn new() -> Described {
        let site = Site::new(complete());
        let answer = site.answer(stranger(DESCRIPTION)).await;
        assert_eq!(answer.status(), 200);
        let document = json_of(&answer);
        assert_eq!(document["openapi"], "3.1.0");
        assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
        Described { document }
    }

    /// The answer has this status, is described under this path, and is what is said there: body and headers.
    #[track_caller]
    pub(crate) fn holds(&self, path: &str, status: u16, answer: &Response<Bytes>) {
        assert_eq!(answer.status().as_u16(), status, "{path}: {answer:?}");
        let response = self.response(path, status);
        let own = ["content-type", "content-length"];
        let sent = answer.headers().keys().map(|name| name.as_str());
        let sent: BTreeSet<&str> = sent.filter(|name| !own.contains(name)).collect();
        let headers = response.get("headers").and_then(Value::as_object);
        let said = headers.into_iter().flatten();
        let said: BTreeSet<&str> = said.map(|(name, _)| name.as_str()).collect();
        // What a page or a reading need not have.
        let maybe = ["x-vhi-next-cursor", "x-vhi-node", "x-vhi-command"];
        let lacking =
            |name: &&&str| !maybe.contains(*name) || path.ends_with("/clusters/{name}/raw");
        let missing: Vec<_> = said.difference(&sent).filter(lacking).collect();
        let extra: Vec<_> = sent.difference(&said).collect();
        assert!(
            missing.is_empty() && extra.is_empty(),
            "the headers of {path} with {status}: {missing:?} {extra:?}"
        );
        let Some(kind) = answer.headers().get("content-type") else {
            assert!(answer.body().is_empty() && response.get("content").is_none());
            return;
        };
        let kind = kind.to_str().unwrap().split(';').next().unwrap();
        let body = match kind {
            "text/plain" | "text/csv" => json!(String::from_utf8_lossy(answer.body())),
            _ => json_of(answer),
        };
        let validator = self.validator(path, status, kind);
        let errors: Vec<String> = validator
            .iter_errors(&body)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{path} with {status}: {errors:#?}");
    }

    /// Of the bodies of this kind: strict, where a caller is told to ignore what it does not know.
    #[track_caller]
    pub(crate) fn validator(&self, path: &str, status: u16, kind: &str) -> Validator {
        let schema = &self.response(path, status)["content"][kind]["schema"];
        assert!(schema.is_object(), "{path} with {status} has no {kind}");
        let mut options = draft202012::options();
        options = options.should_validate_formats(true);
        options.build(&self.closed(schema, true)).unwrap()
    }

    #[track_caller]
    fn response(&self, path: &str, status: u16) -> &Value {
        let methods = self.document["paths"][path].as_object();
        let operation = methods.and_then(|methods| methods.values().next()).unwrap();
        let response = &operation["responses"][status.to_string()];
        assert!(response.is_object(), "{path} has no {status}");
        response
    }

    /// With what it refers to in its place; where `closed`, a field that is not described is none.
    fn closed(&self, schema: &Value, closed: bool) -> Value {
        let fields = match schema {
            Value::Object(fields) => fields,
            Value::Array(all) => return all.iter().map(|it| self.closed(it, closed)).collect(),
            other => return other.clone(),
        };
        if let Some(place) = fields.get("$ref").and_then(Value::as_str) {
            let target = self.document.pointer(place.strip_prefix('#').unwrap());
            return self.closed(target.unwrap(), closed);
        }
        // Of several parts that are one body, none can be closed for itself.
        let inner =
            |(name, it): (&String, &Value)| (name.clone(), self.closed(it, name != "allOf"));
        let mut all: Map<String, Value> = fields.iter().map(inner).collect();
        if closed && fields.contains_key("allOf") {
            all.insert("unevaluatedProperties".to_owned(), json!(false));
        } else if closed && fields.contains_key("properties") {
            all.insert("additionalProperties".to_owned(), json!(false));
        }
        Value::Object(all)
    }
}

//! The settings of our own TLS: certificate and key, both or neither.

use std::path::PathBuf;

use crate::{
    api::{
        certificate::Files,
        tls::{Tls, TlsError},
    },
    chain::chain,
    config::{
        error::Problem,
        file::File,
        keys::{self, Key},
        variables::Variables,
        words::Credentials,
    },
};

const CERTIFICATE: &str = "api.tls.certificate_file";
const KEY: &str = "api.tls.key_file";

/// TLS with the files that are named, read and held to each other; `None` where none is named, or
/// anything is wrong.
pub fn tls(
    file: &File,
    variables: &Variables,
    credentials: &Credentials,
    problems: &mut Vec<Problem>,
) -> Option<Tls> {
    let named = |path, written: &Option<PathBuf>| {
        let Key {
            variable,
            credential,
            ..
        } = keys::find(path)?;
        let named = variables.get(variable).map(PathBuf::from);
        let named = named.or_else(|| written.clone());
        named.or_else(|| credentials.file(None, credential))
    };
    let certificate = named(CERTIFICATE, &file.api.tls.certificate_file);
    let key = named(KEY, &file.api.tls.key_file);
    let mut wrong = |path, why: String| {
        let variable = keys::find(path).map_or("", |key| key.variable);
        problems.extend(file.written.problem(variables, variable, path, why));
        None
    };
    let missing = |other| format!("it is missing, and {other} is set: HTTPS needs both");
    match (certificate, key) {
        (None, None) => None,
        (None, Some(_)) => wrong(CERTIFICATE, missing("key_file")),
        (Some(_), None) => wrong(KEY, missing("certificate_file")),
        (Some(certificate), Some(key)) => match Tls::load(Files { certificate, key }) {
            Ok(tls) => Some(tls),
            Err(error) => {
                let of_certificate = match &error {
                    TlsError::Files(error) => error.is_of_the_certificate(),
                    TlsError::Library(_) => true,
                };
                wrong(
                    if of_certificate { CERTIFICATE } else { KEY },
                    chain(&error),
                )
            }
        },
    }
}

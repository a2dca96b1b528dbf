//! The settings of a cluster's Prometheus.

use std::{path::PathBuf, time::Duration};

use crate::{
    config::{
        address::Address,
        metric_tables::PrometheusFile,
        trust::{self, Chosen},
        words::Words,
    },
    promql::direct::PrometheusSettings,
    secret::Secret,
    web::{http::Login, peer::Peer},
};

const EXAMPLE: &str = "http://metrics.example:9090";

/// Where it is and who we are there; `None` where anything is wrong.
pub fn prometheus(of: &mut Words<'_>, file: &PrometheusFile) -> Option<PrometheusSettings> {
    let login = login(of, file);
    let address = address(of, file);
    let chosen = Chosen {
        ca_file: file.ca_file.clone(),
        sha256: file.sha256.clone(),
        insecure: file.insecure.unwrap_or(false),
    };
    let trust = trust::trust(of, Peer::Prometheus, chosen);
    let (login, address) = (login?, address?);
    if !matches!(login, Login::Nobody) && !address.keeps_secrets() {
        let why = "a secret goes over https only: write an address such as https://metrics.example:9090, or take username, password_file and token_file out";
        return of.wrong("prometheus.url", "PROMETHEUS_URL", why);
    }
    Some(PrometheusSettings {
        url: address.text,
        login,
        trust: trust?,
        timeout: file.timeout.unwrap_or(Duration::from_secs(15)),
    })
}

fn address(of: &mut Words<'_>, file: &PrometheusFile) -> Option<Address> {
    let (key, variable) = ("prometheus.url", "PROMETHEUS_URL");
    match of.word(variable, file.url.as_deref()) {
        None => {
            let why =
                "it is missing: the address of Prometheus, such as http://metrics.example:9090";
            of.wrong(key, variable, why)
        }
        Some(word) => match Address::read(&word, EXAMPLE) {
            Ok(address) => Some(address),
            Err(why) => of.wrong(key, variable, why),
        },
    }
}

/// Nobody, a user, or a token.
fn login(of: &mut Words<'_>, file: &PrometheusFile) -> Option<Login> {
    let mut word = |key: &str, path: &Option<PathBuf>, credential: &str| {
        of.handed(key, "", path.as_ref(), credential)
    };
    let password = word(
        "prometheus.password_file",
        &file.password_file,
        "prometheus-password",
    );
    let token = word(
        "prometheus.token_file",
        &file.token_file,
        "prometheus-token",
    );
    let token = token?.map(|token| sendable(of, "prometheus.token_file", "", token));
    match (file.username.clone(), password?, token) {
        (None, None, None) => Some(Login::Nobody),
        (Some(user), Some(password), None) => Some(Login::User(user, password)),
        (None, None, Some(token)) => Some(Login::Token(token?)),
        (Some(_), None, None) => of.wrong(
            "prometheus.password_file",
            "",
            "it is missing: the password of username, or a file that holds it",
        ),
        (None, Some(_), None) => of.wrong(
            "prometheus.username",
            "",
            "it is missing: the user whose password is in password_file",
        ),
        (_, _, Some(_)) => of.wrong(
            "prometheus.token_file",
            "",
            "username or password_file is given, too: keep the token, or the two",
        ),
    }
}

/// A token that a header can carry.
pub fn sendable(of: &mut Words<'_>, key: &str, variable: &str, token: Secret) -> Option<Secret> {
    let plain = token.reveal().bytes().all(|byte| byte.is_ascii_graphic());
    match plain {
        true => Some(token),
        false => of.wrong(
            key,
            variable,
            "a token has no blanks and no letters beyond ASCII: it stands alone on its line",
        ),
    }
}

//! The panel's part of a cluster's settings.

use std::{path::PathBuf, time::Duration};

use crate::{
    chain::chain,
    config::{tables::PanelFile, words::Words},
    panel::session::PanelSettings,
    secret::Secret,
    web::{
        peer::Peer,
        trust::{PinError, Trust},
    },
};

/// Where the panel is and who we are there; `None` where anything is wrong.
pub fn panel(of: &mut Words<'_>, file: &PanelFile) -> Option<PanelSettings> {
    let url = url(of, file);
    let (key, variable) = ("panel.password_file", "ADMIN_PASSWORD");
    let from_file = file.password_file.clone();
    let password = match of.variables.secret(variable).and_then(Secret::new) {
        Some(secret) => Some(secret),
        None => match from_file.or_else(|| of.credentials.file(of.name, "panel-password")) {
            Some(path) => of.secret(key, variable, Secret::from_file(&path)),
            None => of.wrong(
                key,
                variable,
                "it is missing: the password of the panel's user, or a file that holds it",
            ),
        },
    };
    let trust = trust(of, file);
    let word = |of: &Words<'_>, variable, file: &Option<String>, default: &str| {
        of.word(variable, file.as_deref())
            .unwrap_or(default.to_owned())
    };
    Some(PanelSettings {
        url: url?,
        username: word(of, "ADMIN_USERNAME", &file.username, "admin"),
        password: password?,
        domain: word(of, "ADMIN_DOMAIN_NAME", &file.domain, "Default"),
        project: file.project.clone(),
        session_index: file.session_index,
        trust: trust?,
        timeout: file.timeout.unwrap_or(Duration::from_secs(15)),
    })
}

fn url(of: &mut Words<'_>, file: &PanelFile) -> Option<String> {
    let (key, variable) = ("panel.url", "VHI_PANEL_URL");
    let Some(word) = of.word(variable, file.url.as_deref()) else {
        return of.wrong(
            key,
            variable,
            "it is missing: the panel's address, such as https://panel.example:8888",
        );
    };
    let Ok(url) = reqwest::Url::parse(&word) else {
        return of.wrong(
            key,
            variable,
            "it is no address: write one such as https://panel.example:8888",
        );
    };
    let here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    match url.scheme() {
        "https" => {}
        "http" if here => {}
        _ => {
            return of.wrong(
                key,
                variable,
                "the password goes over https only: write an address such as https://panel.example:8888",
            );
        }
    }
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return of.wrong(
            key,
            variable,
            "it must be an address alone, such as https://panel.example:8888: no user, no password, no query and no `#`",
        );
    }
    Some(word.trim_end_matches('/').to_owned())
}

/// The variables choose, or the file does: one of the three ways, or the authorities of the system.
fn trust(of: &mut Words<'_>, file: &PanelFile) -> Option<Trust> {
    const WAYS: &[&str] = &["PANEL_CA_FILE", "PANEL_SHA256", "PANEL_INSECURE"];
    let (key, variable) = ("panel.sha256", "PANEL_SHA256");
    let variables = of.variables;
    let chosen = variables.strongest(WAYS);
    let word = |name: &str| variables.get(name).filter(|_| chosen.contains(&name));
    let insecure = match word("PANEL_INSECURE") {
        None => None,
        Some("1" | "true" | "yes") => Some(true),
        Some("0" | "false" | "no") => Some(false),
        Some(_) => {
            return of.wrong(
                "panel.insecure",
                "PANEL_INSECURE",
                "write 1 for no check of the panel's certificate, or 0",
            );
        }
    };
    let (mut ca, mut pin) = (word("PANEL_CA_FILE").map(PathBuf::from), word(variable));
    let mut anything = insecure.unwrap_or(false);
    if ca.is_none() && pin.is_none() && !anything {
        (ca, pin) = (file.ca_file.clone(), file.sha256.as_deref());
        anything = insecure.or(file.insecure).unwrap_or(false);
    }
    let trust = match (ca, pin.map(str::parse), anything) {
        (None, None, false) => Trust::System,
        (Some(ca), None, false) => Trust::CaFile(ca),
        (None, Some(Ok(pin)), false) => Trust::Pinned(pin),
        (None, Some(Err(PinError)), false) => {
            return of.wrong(key, variable, PinError.to_string());
        }
        (None, None, true) => Trust::Anything,
        _ => {
            let why = "the panel's certificate is judged in one way: keep one of ca_file (PANEL_CA_FILE), sha256 (PANEL_SHA256) and insecure (PANEL_INSECURE)";
            return of.wrong(key, variable, why);
        }
    };
    match trust.client_config(Peer::Panel) {
        Ok(_) => Some(trust),
        Err(error) => of.wrong("panel.ca_file", "PANEL_CA_FILE", chain(&error)),
    }
}

//! The panel's part of a cluster's settings.

use std::{path::PathBuf, time::Duration};

use crate::{
    config::{
        address::Address,
        tables::PanelFile,
        trust::{self, Chosen},
        words::Words,
    },
    panel::session::PanelSettings,
    web::{peer::Peer, trust::Trust},
};

/// Where the panel is and who we are there; `None` where anything is wrong.
pub fn panel(of: &mut Words<'_>, file: &PanelFile) -> Option<PanelSettings> {
    let url = url(of, file);
    let (key, variable) = ("panel.password_file", "ADMIN_PASSWORD");
    let from_file = file.password_file.as_ref();
    let password = match of.handed(key, variable, from_file, "panel-password") {
        Some(None) => of.wrong(
            key,
            variable,
            "it is missing: the password of the panel's user, or a file that holds it",
        ),
        password => password.flatten(),
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
    let example = "https://panel.example:8888";
    match Address::read(&word, example) {
        Ok(address) if address.keeps_secrets() => Some(address.text),
        Ok(_) => of.wrong(
            key,
            variable,
            format!("the password goes over https only: write an address such as {example}"),
        ),
        Err(why) => of.wrong(key, variable, why),
    }
}

/// The variables choose, or the file does: one of the three ways, or the authorities of the system.
fn trust(of: &mut Words<'_>, file: &PanelFile) -> Option<Trust> {
    const WAYS: &[&str] = &["PANEL_CA_FILE", "PANEL_SHA256", "PANEL_INSECURE"];
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
    let (mut ca, mut pin) = (
        word("PANEL_CA_FILE").map(PathBuf::from),
        word("PANEL_SHA256"),
    );
    let mut anything = insecure.unwrap_or(false);
    if ca.is_none() && pin.is_none() && !anything {
        (ca, pin) = (file.ca_file.clone(), file.sha256.as_deref());
        anything = insecure.or(file.insecure).unwrap_or(false);
    }
    let chosen = Chosen {
        ca_file: ca,
        sha256: pin.map(str::to_owned),
        insecure: anything,
    };
    trust::trust(of, Peer::Panel, chosen)
}

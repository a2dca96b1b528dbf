//! The settings of a cluster's Grafana, which is below its panel where nothing else is said.

use std::time::Duration;

use crate::{
    config::{
        address::Address,
        metric_tables::GrafanaFile,
        prometheus::sendable,
        trust::{self, Chosen},
        words::Words,
    },
    panel::session::PanelSettings,
    promql::{
        datasource::{Datasource, Uid},
        form::Form,
        gate::Pass,
        grafana::GrafanaSettings,
    },
    secret::Secret,
    web::{peer::Peer, trust::Trust},
};

const EXAMPLE: &str = "https://panel.example:8888/grafana";

/// Where it is and how we are let in; `None` where anything is wrong. Without the panel, too, all that can
/// be told is told.
pub fn grafana(
    of: &mut Words<'_>,
    file: &GrafanaFile,
    panel: Option<&PanelSettings>,
) -> Option<GrafanaSettings> {
    let panel_address = panel.and_then(|panel| Address::read(&panel.url, EXAMPLE).ok());
    let address = match (&file.url, &panel_address) {
        (Some(word), _) => match Address::read(word, EXAMPLE) {
            Ok(address) => Some(address),
            Err(why) => of.wrong("grafana.url", "", why),
        },
        (None, Some(panel)) => Address::read(&format!("{}/grafana", panel.text), EXAMPLE).ok(),
        (None, None) => None,
    };
    let address = address.filter(|address| {
        let keeps = address.keeps_secrets();
        if !keeps {
            let why = "token and session go over https only: write an address such as https://panel.example:8888/grafana";
            of.wrong::<()>("grafana.url", "", why);
        }
        keeps
    });
    let beside = address.as_ref().zip(panel_address.as_ref());
    let beside = beside.map(|(address, panel)| address.is_beside(panel));
    let pass = pass(of, file, beside);
    let (datasource, form) = (datasource(of, file), form(of, file));
    let session = pass.as_ref().is_some_and(Pass::wants_session);
    let trust = trust(of, file, panel.filter(|_| beside == Some(true)), session);
    Some(GrafanaSettings {
        url: address?.text,
        pass: pass?,
        datasource: datasource?,
        form: form?,
        trust: trust?,
        timeout: file.timeout.unwrap_or(Duration::from_secs(15)),
    })
}

/// As the panel's, where it is at the panel's own address and nothing is chosen, and wherever it is shown
/// the panel's session.
fn trust(
    of: &mut Words<'_>,
    file: &GrafanaFile,
    panel: Option<&PanelSettings>,
    session: bool,
) -> Option<Trust> {
    let chosen = Chosen {
        ca_file: file.ca_file.clone(),
        sha256: file.sha256.clone(),
        insecure: file.insecure.unwrap_or(false),
    };
    let nothing = file.ca_file.is_none() && file.sha256.is_none() && file.insecure.is_none();
    match panel {
        Some(panel) if nothing => Some(panel.trust.clone()),
        panel => {
            let trust = trust::trust(of, Peer::Grafana, chosen)?;
            if session && panel.is_some_and(|panel| panel.trust != trust) {
                let key = match &trust {
                    Trust::CaFile(_) => "grafana.ca_file",
                    Trust::Pinned(_) => "grafana.sha256",
                    Trust::System | Trust::Anything => "grafana.insecure",
                };
                let why = "the panel's session goes there, and no certificate is trusted with it but as [cluster.panel] says: take this out, or write auth = \"token\"";
                return of.wrong(key, "", why);
            }
            Some(trust)
        }
    }
}

/// What is shown to it; `beside` is whether it is at the panel's own address, where both are known.
fn pass(of: &mut Words<'_>, file: &GrafanaFile, beside: Option<bool>) -> Option<Pass> {
    let (key, variable) = ("grafana.token_file", "GRAFANA_API_KEY");
    let token = of.handed(key, variable, file.token_file.as_ref(), "grafana-token")?;
    let token: Option<Secret> = match token {
        None => None,
        Some(token) => Some(sendable(of, key, variable, token)?),
    };
    let missing = "it is missing: a token of a service account of Grafana, or a file that holds it";
    let pass = match (file.auth.as_deref(), token) {
        (None | Some("token"), Some(token)) => Pass::Token(token),
        (Some("both"), Some(token)) => Pass::Both(token),
        (Some("token" | "both"), None) => return of.wrong(key, variable, missing),
        // The panel's session is for the panel alone.
        (None, None) if beside == Some(false) => return of.wrong(key, variable, missing),
        (None | Some("panel"), _) => Pass::Session,
        (Some(_), _) => {
            let why = "write token, panel or both: what Grafana is shown to let us in";
            return of.wrong("grafana.auth", "", why);
        }
    };
    if pass.wants_session() && beside == Some(false) {
        let why = "the panel's session goes to the panel's own address alone: write token, or take url out";
        return of.wrong("grafana.auth", "", why);
    }
    Some(pass)
}

fn datasource(of: &mut Words<'_>, file: &GrafanaFile) -> Option<Option<Datasource>> {
    let uid: Option<Uid> =
        of.optional("grafana.datasource_uid", "", file.datasource_uid.as_deref())?;
    match (uid, file.datasource_id) {
        (None, None) => Some(None),
        (Some(_), Some(_)) => of.wrong(
            "grafana.datasource_id",
            "",
            "datasource_uid is given, too: keep one of the two, the uid if you can",
        ),
        (uid, id) => Some(Some(Datasource { uid, id })),
    }
}

/// One that the name of the data source fits.
fn form(of: &mut Words<'_>, file: &GrafanaFile) -> Option<Option<Form>> {
    let key = "grafana.query_form";
    let form: Option<Form> = of.optional(key, "", file.query_form.as_deref())?;
    let fits = form.is_none_or(|form| match form.by_id() {
        true => file.datasource_uid.is_none(),
        false => file.datasource_id.is_none(),
    });
    match fits {
        true => Some(form),
        false => of.wrong(
            key,
            "",
            "it names the data source in the other way: the forms with id go with datasource_id, all others with datasource_uid",
        ),
    }
}

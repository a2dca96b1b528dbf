//! The settings of Prometheus and of Grafana.

use vhi_usage::{
    config::{cluster::SourceConfig, keys},
    promql::{direct::PrometheusSettings, form::Form, gate::Pass, grafana::GrafanaSettings},
    source::queries::{Queries, Written},
    web::{http::Login, trust::Trust},
};

use crate::{PIN, Place};

/// The settings with this table, of which that source is billed.
pub(crate) fn with(source: &str, lines: &str) -> Place {
    let table = format!(
        "[[cluster]]\nstorage_source = \"{source}\"\nwitnesses = []\n[cluster.{source}]\n{lines}\n"
    );
    Place::new().toml(&table)
}

#[track_caller]
fn prometheus(place: &Place) -> (PrometheusSettings, Queries) {
    match place.cluster().storage {
        SourceConfig::Prometheus(settings, queries) => (settings, queries),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn grafana(place: &Place) -> GrafanaSettings {
    match place.cluster().storage {
        SourceConfig::Grafana(settings, _) => settings,
        other => panic!("{other:?}"),
    }
}

const HTTP: &str = "url = \"http://192.0.2.5:9090/\"\n";
const HTTPS: &str = "url = \"https://metrics.example:9090\"\n";

#[test]
fn prometheus_needs_its_address_alone() {
    let (settings, queries) = prometheus(&with("prometheus", HTTP));
    assert_eq!(settings.url, "http://192.0.2.5:9090");
    assert_eq!(settings.timeout.as_secs(), 15);
    assert!(matches!(settings.login, Login::Nobody));
    assert_eq!(settings.trust, Trust::System);
    assert_eq!(queries, Queries::new(&Written::default()));
    let place = Place::new()
        .with("STORAGE_SOURCE", "prometheus")
        .with("PROMETHEUS_URL", "https://metrics.example");
    assert_eq!(prometheus(&place).0.url, "https://metrics.example");
}

#[test]
fn the_queries_that_the_table_of_settings_shows_are_the_usual_ones() {
    for table in ["prometheus", "grafana"] {
        let word = |key: &str| {
            let key = keys::find(&format!("cluster.{table}.{key}")).unwrap();
            let line: toml::Table = format!("it = {}", key.default).parse().unwrap();
            line["it"].as_str().map(str::to_owned)
        };
        let written = Written {
            matcher: word("matcher"),
            total: word("total_query"),
            free: word("free_query"),
            physical_total: word("physical_total_query"),
            physical_free: word("physical_free_query"),
        };
        assert_eq!(Queries::new(&written), Queries::new(&Written::default()));
    }
}

#[test]
fn queries_of_ones_own_are_taken_and_empty_ones_are_not() {
    let lines = format!("{HTTP}matcher = \"\"\ntotal_query = \"a{{$matcher}}\"\n");
    let (_, queries) = prometheus(&with("prometheus", &lines));
    assert_eq!(queries.total.sum(), "sum(a{})");
    with("prometheus", &format!("{HTTP}free_query = \" \"\n")).refused("it is empty");
}

#[test]
fn a_login_is_a_user_or_a_token_and_goes_over_tls() {
    let user = "username = \"billing\"\npassword_file = \"word\"\n";
    let token = "token_file = \"word\"\n";
    let place = |lines: &str| {
        let place = with("prometheus", lines);
        place.write("word", "canary\n");
        place
    };
    let login = |lines: &str| prometheus(&place(lines)).0.login;
    assert!(
        matches!(login(&format!("{HTTPS}{user}")), Login::User(user, word) if user == "billing" && word.reveal() == "canary")
    );
    assert!(
        matches!(login(&format!("{HTTPS}{token}")), Login::Token(word) if word.reveal() == "canary")
    );
    let here = "url = \"http://127.0.0.1:9090\"\n";
    assert!(matches!(login(&format!("{here}{token}")), Login::Token(_)));
    for (lines, words) in [
        (format!("{HTTP}{token}"), "a secret goes over https only"),
        (format!("{HTTP}{user}"), "a secret goes over https only"),
        (
            format!("{HTTPS}{user}{token}"),
            "keep the token, or the two",
        ),
        (
            format!("{HTTPS}username = \"billing\"\n"),
            "the password of username",
        ),
        (
            format!("{HTTPS}password_file = \"word\"\n"),
            "whose password is in password_file",
        ),
        (
            "url = \"ftp://metrics.example\"\n".to_owned(),
            "it is no address",
        ),
        (format!("{HTTPS}token_file = \"gone\"\n"), "no such file"),
    ] {
        place(&lines).refused(words);
    }
    let blank = with("prometheus", &format!("{HTTPS}{token}"));
    blank.write("word", "two words\n");
    blank.refused("a token has no blanks");
}

#[test]
fn a_certificate_is_trusted_in_one_way() {
    let trust = |lines: &str| {
        prometheus(&with("prometheus", &format!("{HTTPS}{lines}")))
            .0
            .trust
    };
    let pin = format!("sha256 = \"{PIN}\"\n");
    assert_eq!(trust(&pin), Trust::Pinned(PIN.parse().unwrap()));
    assert_eq!(trust("insecure = true\n"), Trust::Anything);
    let both = format!("{HTTPS}{pin}insecure = true\n");
    with("prometheus", &both).refused("keep one of ca_file, sha256 and insecure");
    with("prometheus", &format!("{HTTPS}sha256 = \"12\"\n")).refused("64 digits");
    with("prometheus", &format!("{HTTPS}ca_file = \"gone\"\n"))
        .refused("cannot read Prometheus's certificate authorities");
    let notices = with("prometheus", &format!("{HTTPS}insecure = true\n"))
        .config()
        .notices;
    assert!(notices[1].contains("NOT checked"), "{notices:?}");
}

#[test]
fn grafana_is_below_the_panel_and_trusted_as_the_panel() {
    let place = with("grafana", "").with("PANEL_SHA256", PIN);
    let settings = grafana(&place);
    assert_eq!(settings.url, "https://panel.example:8888/grafana");
    assert_eq!(settings.trust, Trust::Pinned(PIN.parse().unwrap()));
    assert!(matches!(settings.pass, Pass::Session));
    assert_eq!((settings.datasource, settings.form), (None, None));
    let other = "url = \"https://grafana.example\"\n";
    let place = with("grafana", other)
        .with("PANEL_SHA256", PIN)
        .with("GRAFANA_API_KEY", "key");
    let settings = grafana(&place);
    assert_eq!(settings.trust, Trust::System);
    assert!(matches!(settings.pass, Pass::Token(key) if key.reveal() == "key"));
    let own = with("grafana", "insecure = true\n").with("PANEL_SHA256", PIN);
    assert_eq!(
        grafana(&own.with("GRAFANA_API_KEY", "key")).trust,
        Trust::Anything
    );
}

#[test]
fn the_panels_session_goes_nowhere_on_less_than_the_panels_own_trust() {
    let at = |lines: &str| {
        with("grafana", lines)
            .with("PANEL_SHA256", PIN)
            .with("GRAFANA_API_KEY", "key")
    };
    let pin = format!("sha256 = \"{PIN}\"\n");
    let other = format!("sha256 = \"{}\"\n", PIN.replace('a', "b"));
    for auth in ["panel", "both"] {
        let auth = format!("auth = \"{auth}\"\n");
        assert!(grafana(&at(&format!("{auth}{pin}"))).pass.wants_session());
        for own in ["insecure = true\n", "insecure = false\n", &other] {
            at(&format!("{auth}{own}")).refused("the panel's session goes there");
        }
        at(&format!("{auth}url = \"https://panel.example\"\n"))
            .refused("the panel's own address alone");
    }
    // Without any word, too, where the session is what is left to show.
    with("grafana", "insecure = true\n").refused("the panel's session goes there");
}

#[test]
fn a_matcher_that_a_query_leaves_out_is_refused() {
    for key in [
        "total_query",
        "free_query",
        "physical_total_query",
        "physical_free_query",
    ] {
        let lines = format!("{HTTP}matcher = 'cluster=\"a\"'\n{key} = \"a{{}}\"\n");
        with("prometheus", &lines).refused("matcher is written, and does nothing here");
        let (_, queries) = prometheus(&with("prometheus", &lines.replace("{}", "{$matcher}")));
        assert_ne!(queries, Queries::new(&Written::default()));
        prometheus(&with("prometheus", &format!("{HTTP}{key} = \"sum(a)\"\n")));
    }
}

#[test]
fn grafana_is_shown_a_token_the_panels_session_or_both() {
    let with_key = |lines: &str| with("grafana", lines).with("GRAFANA_API_KEY", "key");
    let pass = |place: Place| grafana(&place).pass;
    assert!(matches!(pass(with_key("")), Pass::Token(_)));
    assert!(matches!(pass(with_key("auth = \"token\"")), Pass::Token(_)));
    assert!(matches!(pass(with_key("auth = \"both\"")), Pass::Both(_)));
    assert!(matches!(pass(with_key("auth = \"panel\"")), Pass::Session));
    for auth in ["token", "both"] {
        with("grafana", &format!("auth = \"{auth}\"")).refused("a token of a service account");
    }
    with_key("auth = \"key\"").refused("write token, panel or both");
    let other = "url = \"https://grafana.example\"\n";
    with("grafana", other).refused("a token of a service account");
    with_key(&format!("{other}auth = \"both\"")).refused("the panel's own address alone");
    let plain = "url = \"http://grafana.example\"\n";
    with_key(plain).refused("over https only");
}

#[test]
fn the_data_source_has_one_name_that_fits_the_form() {
    let settings = |lines: &str| grafana(&with("grafana", lines));
    let by_uid = settings("datasource_uid = \"P1\"\nquery_form = \"frames\"\n");
    let datasource = by_uid.datasource.unwrap();
    assert_eq!(datasource.uid, Some("P1".parse().unwrap()));
    assert_eq!((by_uid.form, datasource.id), (Some(Form::Frames), None));
    let by_id = settings("datasource_id = 7\nquery_form = \"resources-id\"\n");
    assert_eq!(by_id.datasource.unwrap().id, Some(7));
    assert_eq!(
        settings("query_form = \"proxy-id\"\n").form,
        Some(Form::ProxyId)
    );
    for (lines, words) in [
        (
            "datasource_uid = \"P1\"\ndatasource_id = 7\n",
            "keep one of the two",
        ),
        ("datasource_uid = \"../x\"\n", "a uid is letters"),
        ("query_form = \"proxy\"\n", "it is no form of a query"),
        (
            "datasource_uid = \"P1\"\nquery_form = \"proxy-id\"\n",
            "in the other way",
        ),
        (
            "datasource_id = 7\nquery_form = \"proxy-uid\"\n",
            "in the other way",
        ),
    ] {
        with("grafana", lines).refused(words);
    }
}

#[test]
fn systemd_hands_over_the_secrets_of_metrics() {
    for (source, lines, name) in [
        ("prometheus", HTTPS, "prometheus-token"),
        ("grafana", "", "grafana-token"),
    ] {
        let place = with(source, lines);
        place.write(name, "handed\n");
        let folder = place.folder.path().to_str().unwrap().to_owned();
        let place = place.with("CREDENTIALS_DIRECTORY", &folder);
        let token = match place.cluster().storage {
            SourceConfig::Prometheus(settings, _) => match settings.login {
                Login::Token(token) => token,
                other => panic!("{other:?}"),
            },
            SourceConfig::Grafana(settings, _) => match settings.pass {
                Pass::Token(token) => token,
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        };
        assert_eq!(token.reveal(), "handed");
    }
}

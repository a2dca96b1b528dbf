//! A panel that cannot be asked, lets nobody in, or answers what is no figure: `check` against the simulator.

use vhi_usage::{
    sim::fault::Fault,
    web::{error::WebError, peer::Peer},
};

use crate::{
    common::{Site, write_private},
    place::Place,
    program::Ended,
    told::{Mask, no_name, nobody},
};

const STAT: &str = "/api/v2/compute/cluster/stat";

/// A site, settings that connect to it, and its masks.
struct Door {
    site: Site,
    place: Place,
    settings: String,
}

impl Door {
    async fn new() -> Door {
        let site = Site::new(1).await;
        let place = Place::connected(&site.simulator);
        let settings = place
            .read("site.toml")
            .replace("[cluster.panel]", "[cluster.panel]\ntimeout = \"5m\"");
        place.write("site.toml", &settings);
        Door {
            site,
            place,
            settings,
        }
    }

    fn url(&self) -> &str {
        &self.site.cluster().panel.url
    }

    /// `check` with this in the place of that in the settings.
    fn check(&self, that: &str, this: &str) -> Ended {
        assert!(self.settings.contains(that), "{that}");
        self.place
            .write("site.toml", &self.settings.replace(that, this));
        self.place
            .program(&["--config", "site.toml", "check"])
            .run()
    }

    #[track_caller]
    fn says(&self, ended: &Ended, code: i32, sentence: &str) {
        let node = format!("127.0.0.1:{}", self.site.nodes()[0].address.port());
        Mask::default()
            .folder(self.place.path())
            .of(self.url(), "PANEL")
            .of(node, "NODE")
            .ends(ended, code, &format!("cluster1: {sentence}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_password() {
    let door = Door::new().await;
    write_private(&door.place.file("another"), "canary\n");
    let password = door.place.file("cluster1-password");
    let ended = door.check(password.to_str().unwrap(), "another");
    door.says(
        &ended,
        3,
        "panel PANEL: the login of billing-reader in domain Default was refused with status 401: correct ADMIN_USERNAME, ADMIN_PASSWORD and ADMIN_DOMAIN_NAME, or username, password_file and domain, and see that the account is not locked and wants no second factor; a service tries again at TIME",
    );
    assert!(!format!("{ended:?}").contains("canary"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_none() {
    let login = "/api/v2/login";
    let door = Door::new().await;
    for (fault, code, sentence) in [
        (
            Fault::Panel500,
            3,
            format!(
                "panel PANEL: {login} answered with status 500: see how the panel itself is, and its log"
            ),
        ),
        (
            Fault::PanelHang,
            3,
            format!(
                "panel PANEL: no answer to {login} within 1s: is it up and not too busy? timeout in [cluster.panel] says how long that may take"
            ),
        ),
        (
            Fault::PanelNotJson,
            1,
            format!(
                "panel PANEL: the answer to {login} is not what it should be: it sets no session cookie: is that the address of the panel itself?"
            ),
        ),
    ] {
        door.site.scenario().set_fault(fault, true);
        // Only the panel that never answers has a short time to do so in.
        let within = match fault {
            Fault::PanelHang => "\"1s\"",
            _ => "\"5m\"",
        };
        door.says(&door.check("\"5m\"", within), code, &sentence);
        door.site.scenario().set_fault(fault, false);
    }
    for (body, code, sentence) in [
        (
            "canary",
            1,
            format!(
                "panel PANEL: the answer to {STAT} is not what it should be: it is no JSON (expected value at line 1 column 1): is that the address of the panel itself?"
            ),
        ),
        (
            "{}",
            1,
            format!(
                "the panel's answer to {STAT} holds no figure that we know: does url in [cluster.panel] name the panel of a cluster with compute?"
            ),
        ),
        (
            &format!("\"{}\"", " ".repeat(5 << 20)),
            1,
            format!(
                "panel PANEL: the answer to {STAT} is not what it should be: it is longer than 4194304 bytes, which no answer of a panel is"
            ),
        ),
    ] {
        door.site.scenario().set_stat_body(Some(body.to_owned()));
        door.says(&door.check("[api]", "[api]"), code, &sentence);
    }
    door.site.scenario().set_stat_body(None);
    let user = "username = ";
    let ended = door.check(user, &format!("project = \"nobody's\"\n{user}"));
    door.says(
        &ended,
        1,
        "panel PANEL: the answer to /api/v2/accounts/projects is not what it should be: it lists no project nobody's: set project in [cluster.panel] to one of the user's, or leave it out",
    );
    let below = format!("{}/below", door.url());
    let ended = door.check(door.url(), &below);
    door.says(
        &ended,
        3,
        &format!("panel PANEL/below: {login} answered with status 404: does url in [cluster.panel] or VHI_PANEL_URL name the panel, and nothing below it?"),
    );
}

#[test]
fn what_no_test_can_bring_about_has_its_words_all_the_same() {
    // The simulator's panel forbids nothing and sends no odd words: these are made by hand.
    let url = || "https://panel.example:8888".to_owned();
    let forbidden = WebError::Status {
        peer: Peer::Panel,
        url: url(),
        path: STAT.to_owned(),
        status: 403,
    };
    Mask::default().says(
        forbidden,
        "panel https://panel.example:8888: /api/v2/compute/cluster/stat answered with status 403: may this user read it, as a system administrator may?",
    );
    for why in [
        "it holds no token for the project",
        "it gave a cookie or token that no header can carry",
    ] {
        let shape = WebError::Shape {
            peer: Peer::Panel,
            url: url(),
            path: "/api/v2/login".to_owned(),
            why: why.to_owned(),
        };
        let told = format!(
            "panel https://panel.example:8888: the answer to /api/v2/login is not what it should be: {why}"
        );
        Mask::default().says(shape, &told);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panel_that_cannot_be_reached() {
    let door = Door::new().await;
    let gone = nobody();
    let ended = door.check(door.url(), &format!("https://{gone}"));
    let told = ended.stderr.replace(&gone, "GONE");
    assert_eq!(
        told,
        "vhi-usage: cluster1: panel https://GONE: connection refused: is the panel running there, and is the port right?\n"
    );
    let node = format!("https://127.0.0.1:{}", door.site.nodes()[0].address.port());
    door.says(
        &door.check(door.url(), &node),
        3,
        "panel https://NODE: no answer to /api/v2/login: what listens there speaks no TLS; is the address right, and does the network lead there?",
    );
    let unknown = format!("https://{}:8888", no_name());
    let ended = door.check(door.url(), &unknown);
    let (head, tail) = (
        format!("vhi-usage: cluster1: panel {unknown}: no answer to /api/v2/login: "),
        "; is the address right, and does the network lead there?\n",
    );
    // How the resolver of this machine says it stands between.
    assert!(ended.stderr.starts_with(&head), "{ended:#?}");
    assert!(ended.stderr.ends_with(tail), "{ended:#?}");
    assert_eq!((ended.code, ended.stderr.lines().count()), (Some(3), 1));
}

//! What is said at every start of how Prometheus and Grafana are asked.

use crate::{Place, metrics::with};

#[test]
fn a_certificate_that_is_not_checked_is_told_of_with_what_is_lost_by_it() {
    let told = |place: Place| {
        let place = place.with("VHI_PANEL_URL", "https://panel.example:888");
        place.config().notices.join("\n")
    };
    // It begins as the panel's address does, and is another one.
    let longer = "url = \"https://panel.example:8889\"\ninsecure = true\n";
    let insecure = |place: Place| place.with("PANEL_INSECURE", "1");
    let text = told(insecure(with("prometheus", longer)));
    assert!(
        text.contains("the certificate of Prometheus of cluster1"),
        "{text}"
    );
    let place = with("prometheus", &format!("{longer}token_file = \"word\"\n"));
    place.write("word", "canary\n");
    let text = told(place);
    assert!(
        text.contains("in between reads the token and makes"),
        "{text}"
    );
    let text = told(insecure(with("grafana", longer)).with("GRAFANA_API_KEY", "key"));
    assert!(
        text.contains("in between reads the token and makes"),
        "{text}"
    );
    // The panel's own sentence is enough for what is beside it.
    let text = told(insecure(with("grafana", "")));
    assert!(!text.contains("Grafana"), "{text}");
    let here = "url = \"http://127.0.0.1:9090\"\n";
    assert_eq!(told(with("prometheus", here)), NODES_IDLE);
}

/// What the variables of a place name, where another source alone is asked.
const NODES_IDLE: &str = "ssh of cluster1 has settings, and is neither billed nor a witness: it is not asked; name it in witnesses, or take its settings out";

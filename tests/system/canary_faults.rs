//! No fault makes the service or a check say a secret, at the highest verbosity, to whoever asks.
//!
//! Each cluster shows one fault of the simulator, so that none hides another.

use std::{
    path::PathBuf,
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use vhi_usage::api::route::PATHS;

use crate::{
    canary::{self, LOUD, Rooms},
    canary_clusters::{BILLING, Clusters, WRONG},
    http,
    program::Program,
    site::{Service, Site, Variables, text},
    wait::until,
};

const SOON: Duration = Duration::from_secs(90);
/// Every path, for every cluster where it names one, and some that lead nowhere.
fn paths(names: &[String]) -> Vec<String> {
    let mut paths: Vec<String> = vec!["/".to_owned(), "/api/v1/nothing".to_owned()];
    for path in PATHS {
        match path.named() {
            true => paths.extend(
                names
                    .iter()
                    .map(|name| path.pattern.replace("{name}", name)),
            ),
            false => paths.push(path.pattern.to_owned()),
        }
    }
    paths
}

/// Asks for a path with curl, whose certificate nobody knows.
fn over_tls(service: &Service, path: &str, token: &str) -> String {
    let mut curl = Command::new("curl");
    curl.args(["-sSik", "--max-time", "20", "--noproxy", "*"])
        .args(["-H", &format!("Authorization: Bearer {token}")])
        .arg(format!("https://{}{path}", service.address));
    let output = curl.output();
    let output = output.expect("curl runs: tests/run installs it where it is missing");
    assert!(output.status.success(), "{path}: {output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn no_fault_makes_anybody_say_a_secret() {
    let (site, clusters) = (Site::with_nodes(0), Clusters::new());
    let rooms = Rooms::new(&site, "faults");
    let (settings, mut secrets) = clusters.settings(&site);
    let none = Variables::default();
    let loud = |format: usize, toml: &PathBuf, command: &[&str]| -> Program {
        let args = [&["--config", text(toml)], LOUD[format], command].concat();
        rooms.program(&args, &none)
    };
    let own = std::fs::read_to_string(site.path("secrets/api-token")).unwrap();
    let mut all: Vec<(String, String)> = Vec::new();
    let names = clusters.names();

    let service = Service::start(loud(0, &settings.plain, &["serve"]));
    let of_tls = Service::start(loud(1, &settings.tls, &["serve"]));
    let next = AtomicUsize::new(0);
    let checks = || {
        let mut said = Vec::new();
        while let Some(toml) = settings.alone.get(next.fetch_add(1, Ordering::SeqCst)) {
            for (format, command) in [(0, &["check"][..]), (1, &["check", "--json"])] {
                let ended = loud(format, toml, command).run();
                assert!(matches!(ended.code, Some(0..=3)), "{ended:?}");
                said.push((
                    format!("a check with {}", toml.display()),
                    canary::said(&ended),
                ));
            }
        }
        said
    };
    thread::scope(|scope| {
        let workers = [(); 6].map(|()| scope.spawn(checks));
        for name in &names {
            let path = format!("/api/v1/clusters/{name}/usage");
            until("the first round of every cluster", SOON, || {
                let answer = http::get(service.address, &path, Some(&own));
                (!answer.body.contains("urn:vhi-usage:not_yet")).then_some(())
            });
        }
        all.extend(workers.into_iter().flat_map(|it| it.join().unwrap()));
    });
    let words = [Some(own.as_str()), Some(BILLING), Some(WRONG), None];
    for path in paths(&names) {
        for token in words {
            let answer = http::get(service.address, &path, token);
            if answer.status >= 400 {
                // Whoever asks learns what happened, and nothing of where or who.
                for word in ["127.0.0.1", "root", "billing-reader", "vstorage"] {
                    assert!(!answer.body.contains(word), "{path}: {answer:?}");
                }
            }
            all.push((format!("{path} with {token:?}"), answer.said()));
        }
    }
    of_tls.running.signal("HUP");
    for path in paths(&names[..1]) {
        for token in [own.as_str(), WRONG] {
            all.push((format!("{path} over TLS"), over_tls(&of_tls, &path, token)));
        }
    }
    for (service, name) in [(service, "serve"), (of_tls, "serve with TLS")] {
        let ended = service.running.end_by("TERM", SOON);
        assert_eq!(ended.code, Some(0), "{name}: {}", ended.stderr);
        assert!(ended.stderr.contains("DEBUG"), "{}", ended.stderr);
        all.push((name.to_owned(), canary::said(&ended)));
    }
    rooms.are_empty();

    let mut handed_out = 0;
    for cluster in clusters.simulator.clusters() {
        for word in cluster.scenario.handed_out() {
            secrets.add("what the panel handed out", &word);
            handed_out += 1;
        }
    }
    assert!(handed_out > 3 * names.len(), "{handed_out}");
    let search = secrets.search();
    for (place, said) in &all {
        search.finds_nothing(place, said);
    }
    // What is said where is of every fault, and is searched at all.
    let bytes: usize = all.iter().map(|(_, said)| said.len()).sum();
    assert!(bytes > 1 << 20, "{bytes}");
    for name in names {
        assert!(
            all.iter()
                .any(|(place, said)| place == "serve" && said.contains(&name)),
            "{name}"
        );
    }
}

//! The settings of what is kept.

use std::{path::PathBuf, time::Duration};

use vhi_usage::{
    config::{origins::Asks, store::Kept},
    store::{
        place::Place as Where,
        retention::{Keep, Retention},
    },
};

use crate::Place;

#[test]
fn without_a_word_on_it_the_store_is_a_file_beside_the_settings() {
    let place = Place::new().toml("");
    let store = place.config().store;
    let file = place.folder.path().join("vhi-usage.db");
    assert_eq!(
        store.place.to_string(),
        format!("sqlite:{}", file.display())
    );
    assert_eq!(store.queue, file.with_extension("queue"));
    assert_eq!(store.retention, Retention::default());
    assert_eq!(store.grace, Duration::from_secs(72 * 3_600));
    assert_eq!(store.lease, Duration::from_secs(10));
    assert_eq!(store.zone.iana_name(), Some("UTC"));
    assert_eq!(store.queue_size, 64 << 20);
    let nowhere = Place::new().config().store;
    assert_eq!(nowhere.place.to_string(), "sqlite:vhi-usage.db");
}

#[test]
fn in_a_unit_of_systemd_the_store_is_in_its_state_folder() {
    let place = Place::new()
        .toml("")
        .with("STATE_DIRECTORY", "/state:/other");
    let store = place.config().store;
    assert_eq!(store.place.to_string(), "sqlite:/state/usage.db");
    assert_eq!(store.queue, PathBuf::from("/state/usage.queue"));
    let server = place.with("STORE_URL", "postgres://billing@db.example/usage");
    assert_eq!(
        server.config().store.queue,
        PathBuf::from("/state/usage.queue")
    );
}

#[test]
fn every_setting_of_the_store_is_taken() {
    let place = Place::new().toml(
        "[store]\nurl = \"sqlite:kept/a.db\"\nreadings = \"100d\"\nevidence = \"2d\"\nhours = \"200d\"\ndays = \"forever\"\n\
         grace = \"24h\"\nbilling_timezone = \"Europe/Berlin\"\nlease = \"4s\"\nqueue = \"waiting\"\nqueue_size = \"2MiB\"\n",
    );
    let (store, folder) = (place.config().store, place.folder.path());
    let file = folder.join("kept/a.db");
    assert_eq!(
        store.place.to_string(),
        format!("sqlite:{}", file.display())
    );
    let days = |days: u64| Keep::For(Duration::from_secs(days * 86_400));
    let retention = Retention {
        readings: days(100),
        evidence: days(2),
        hours: days(200),
        days: Keep::Forever,
    };
    assert_eq!(store.retention, retention);
    assert_eq!(store.grace, Duration::from_secs(86_400));
    assert_eq!(store.zone.iana_name(), Some("Europe/Berlin"));
    assert_eq!(store.lease, Duration::from_secs(4));
    assert_eq!(store.queue, folder.join("waiting"));
    assert_eq!(store.queue_size, 2 << 20);
    // A variable wins over the file, and begins where we are.
    let place = place.with("STORE_URL", "sqlite:other.db");
    assert_eq!(place.config().store.place.to_string(), "sqlite:other.db");
}

#[test]
fn the_password_of_the_server_stands_in_a_file_a_variable_or_the_address_of_a_variable() {
    let password = |place: &Place| match place.config().store.place {
        Where::Server(server) => format!("{server:?}").contains("canary"),
        Where::File(_) => panic!("a file"),
    };
    let place = Place::new();
    let file = place.write("word", "canary\n");
    let url = "[store]\nurl = \"postgres://billing@db.example/usage\"\n";
    let of_file = place.toml(&format!("{url}password_file = {file:?}\n"));
    assert!(password(&of_file));
    let of_variable = Place::new().toml(url).with("STORE_PASSWORD", "canary");
    assert!(password(&of_variable));
    let of_address = Place::new().with("STORE_URL", "postgres://billing:canary@db.example/usage");
    assert!(password(&of_address));
    assert!(!format!("{:?}", of_address.config()).contains("canary"));
}

#[test]
fn what_looks_at_the_store_alone_wants_no_token_and_no_node() {
    let toml = "[store]\nurl = \"sqlite:a.db\"\n[[cluster]]\nname = \"one\"\n[[cluster]]\nname = \"two\"\n";
    let mut place = Place::new().toml(toml);
    place.variables.clear();
    let mut origins = place.origins();
    origins.asks = Asks::Clusters;
    let kept = Kept::load(&origins).unwrap();
    let names: Vec<&str> = kept.clusters.iter().map(|name| name.as_str()).collect();
    assert_eq!(names, ["one", "two"]);
    assert!(kept.store.place.to_string().ends_with("/a.db"));
    let place = Place::new().with("VSTORAGE_CLUSTER", "a;b");
    let told = Kept::load(&place.origins()).unwrap_err().to_string();
    assert!(told.contains("no cluster name"), "{told}");
}

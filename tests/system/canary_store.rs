//! The password of the store's server, however it is handed over, and every other secret: in no file of the store or of
//! its queue, in no answer, in nothing that is said.

use std::{fs, path::Path, time::Duration};

use futures_util::TryStreamExt;
use tokio::runtime::Runtime;
use vhi_usage::{
    meter::window::Window,
    store::{opened::Store, origin::Role, place::Place},
};

use crate::{
    canary::{Rooms, said},
    canary_forms::{Search, Secrets},
    keys,
    postgres::Database,
    site::{Service, Site, TOKEN, Variables, text, variables},
    wait::until,
};

const SOON: Duration = Duration::from_secs(30);
const PASSWORD: &str = "canary-of-the-password-of-the-store";
const LOUD: &str = "-vv";

/// Everything of a store that can be read of it: every text, and what was told beside it.
fn texts(place: &Place) -> Vec<Vec<u8>> {
    Runtime::new().unwrap().block_on(async {
        let store = Store::open(place).await.unwrap();
        let cluster = "cluster1".parse().unwrap();
        let always = Window::new(0, 1 << 34).unwrap();
        let mut texts = Vec::new();
        for role in [Role::Storage, Role::Compute, Role::Witness] {
            let mut entries = store.entries(&cluster, role, always).await.unwrap();
            while let Some(stored) = entries.try_next().await.unwrap() {
                texts.push(format!("{:?}", stored.entry).into_bytes());
                let text = store.text(&stored.entry.text).await.unwrap();
                texts.push(text.unwrap());
            }
        }
        store.close().await;
        texts
    })
}

/// No file there that the service made says a secret.
#[track_caller]
fn files_say_nothing(folder: &Path, search: &Search<'_>) -> usize {
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        search.finds_nothing(text(&path), fs::read(&path).unwrap());
        count += 1;
    }
    count
}

/// Serves for a while with this store, and says all that was said, by the service and by commands.
#[track_caller]
fn walked(rooms: &Rooms, set: &Variables, more: &[&str], state: &str) -> String {
    let args = |command: &[&'static str]| -> Vec<String> {
        let all = [more, &[LOUD], command].concat();
        all.into_iter().map(str::to_owned).collect()
    };
    let program = |command: &[&'static str]| {
        let args = args(command);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        rooms.program(&args, set)
    };
    let service = Service::start(program(&["serve"]));
    service.becomes_ready(SOON);
    let told = until(&format!("the store is {state}"), SOON, || {
        let told = service.get("/api/v1/clusters");
        let is = told.json()["store"]["state"] == state;
        is.then_some(told.body)
    });
    let mut all = vec![told];
    for path in [
        "/metrics",
        "/api/v1/clusters/cluster1/periods",
        "/api/v1/clusters/cluster1/readings",
    ] {
        all.push(service.get(path).said());
    }
    all.push(said(&service.stop()));
    for command in [
        &["config", "show"][..],
        &["config", "check"],
        &["verify"],
        &[
            "history",
            "--cluster",
            "nobody",
            "--from",
            "2020-01-01",
            "--to",
            "2020-01-02",
        ],
    ] {
        all.push(said(&program(command).run()));
    }
    all.join("\n")
}

#[test]
fn no_store_and_no_queue_says_a_secret_and_nobody_says_that_of_the_store() {
    let site = Site::new();
    let rooms = Rooms::new(&site, "store");
    let runtime = Runtime::new().unwrap();
    let database = runtime.block_on(Database::new());
    let url = database.url();
    let mut secrets = Secrets::default();
    let set = site.variables();
    secrets.add("the password of the store", PASSWORD);
    secrets.add("the token of the service", TOKEN);
    secrets.add("the password of the panel", &set["ADMIN_PASSWORD"]);
    secrets.add_key(&site.user_key.file);

    let handed = site.path("handed");
    fs::create_dir(&handed).unwrap();
    keys::write_secret(&handed.join("store-password"), PASSWORD);
    let file = handed.join("store-password");
    let with_password = |url: &str| url.replacen("postgres@", &format!("postgres:{PASSWORD}@"), 1);
    // Nobody listens there.
    let gone = "postgres://postgres@127.0.0.1:1/usage";
    let mut all = Vec::new();
    for (number, (address, state)) in [(url.as_str(), "kept"), (gone, "queued")]
        .iter()
        .enumerate()
    {
        let queues = site.path(&format!("queues-{number}"));
        fs::create_dir(&queues).unwrap();
        let toml = |more: &str| {
            let queue = queues.join("queue");
            let toml = format!("[store]\nqueue = {queue:?}\n{more}\n");
            site.write(&format!("store-{number}.toml"), &toml)
        };
        let in_url = with_password(address);
        let ways: [(&str, Vec<(&str, &str)>); 4] = [
            ("", vec![("STORE_URL", &in_url)]),
            (
                "",
                vec![("STORE_URL", address), ("STORE_PASSWORD", PASSWORD)],
            ),
            (
                "",
                vec![
                    ("STORE_URL", address),
                    ("CREDENTIALS_DIRECTORY", text(&handed)),
                ],
            ),
            (
                &format!("password_file = {file:?}"),
                vec![("STORE_URL", address)],
            ),
        ];
        // A command waits for a server that is not there for as long as it may.
        let some = if *state == "kept" { ways.len() } else { 1 };
        for (more, own) in ways.into_iter().take(some) {
            let toml = toml(more);
            let mut set = set.clone();
            set.extend(variables(&own));
            all.push(walked(&rooms, &set, &["--config", text(&toml)], state));
        }
        let search = secrets.search();
        assert_eq!(files_say_nothing(&queues, &search), 1);
        let waits = fs::metadata(queues.join("queue")).unwrap().len() > 0;
        assert_eq!(waits, *state == "queued");
    }
    let kept = site.path("kept");
    fs::create_dir(&kept).unwrap();
    let own = format!("sqlite:{}", kept.join("usage.db").display());
    let mut set = set.clone();
    set.extend(variables(&[
        ("STORE_URL", &own),
        ("STORE_PASSWORD", PASSWORD),
    ]));
    all.push(walked(&rooms, &set, &[], "kept"));
    rooms.are_empty();

    for word in site.cluster().scenario.handed_out() {
        secrets.add("what the panel handed out", &word);
    }
    let search = secrets.search();
    assert!(files_say_nothing(&kept, &search) > 0);
    for place in [Place::File(kept.join("usage.db")), database.place()] {
        let texts = texts(&place);
        assert!(texts.len() > 2, "{place}");
        for text in texts {
            search.finds_nothing("the store", text);
        }
    }
    for said in all {
        assert!(said.contains("DEBUG"), "{said}");
        search.finds_nothing("what was said", said);
    }
}

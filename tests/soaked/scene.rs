//! The scene of a soak: two nodes, a panel whose figures change, and two services that read them.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle, sleep},
};

use rcgen::{CertificateParams, KeyPair};

use crate::{
    clients::Asked,
    compute::{self, Told},
    judge::{Judge, Seen},
    keys,
    line::Place,
    printed::Printed,
    program::Program,
    site::{Service, Site, text, variables},
    sshd::Sshd,
    troubles,
};

/// As the judge has it: a poll of 1 s, and no figure that is older than 3 s.
const SETTINGS: &str = "poll_interval = \"1s\"\nmax_age = \"3s\"";
const NODES: &str = "connect_timeout = \"1s\"\ncommand_timeout = \"1s\"";

/// All that is there, and all that is known of it.
pub(crate) struct Scene {
    /// Without TLS, and with it.
    pub(crate) services: Vec<Service>,
    /// Where they are, in their order.
    pub(crate) places: Vec<Place>,
    pub(crate) judge: Judge,
    pub(crate) asked: Asked,
    pub(crate) nodes: Vec<Sshd>,
    pub(crate) site: Site,
    teller: Option<JoinHandle<()>>,
    over: Arc<AtomicBool>,
}

impl Scene {
    #[track_caller]
    pub(crate) fn new() -> Scene {
        let mut site = Site::with_nodes(2);
        troubles::heal_tool(&site.tool);
        let told = Arc::new(Told::default());
        let over = Arc::new(AtomicBool::new(false));
        let teller = tells(&site, &told, &over);
        let judge = Judge {
            printed: Arc::new(Printed::new(site.path("printed"))),
            told,
            seen: Seen::default(),
        };
        let toml = site.toml(SETTINGS, NODES);
        // Nobody reads a line for each request of a day.
        let quiet = fs::read_to_string(&toml).unwrap();
        let quiet = quiet.replace("[api]\n", "[api]\naccess_log = false\n");
        fs::write(&toml, quiet).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(["localhost".to_owned()]).unwrap();
        let certificate = certificate.self_signed(&key).unwrap();
        keys::write_secret(&site.path("tls.key"), &key.serialize_pem());
        site.write("certificate.pem", &certificate.pem());
        let args = ["--config", text(&toml), "serve"];
        let plain = Service::start(Program::new(&site.empty_folder(), &args));
        let files = [
            ("TLS_CERTIFICATE", site.path("certificate.pem")),
            ("TLS_KEY", site.path("tls.key")),
        ];
        let files = files.each_ref().map(|(name, file)| (*name, text(file)));
        // A file belongs to one service.
        let own = format!("sqlite:{}", text(&site.path("tls.db")));
        let files = [&files[..], &[("STORE_URL", &own)]].concat();
        let program = Program::new(&site.empty_folder(), &args).variables(&variables(&files));
        let tls = Service::start(program);
        let places = vec![
            Place::plain(plain.address),
            Place::tls(tls.address, certificate.der().clone()),
        ];
        Scene {
            services: vec![plain, tls],
            places,
            judge,
            asked: Asked::default(),
            nodes: std::mem::take(&mut site.nodes),
            site,
            teller: Some(teller),
            over,
        }
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        if let Some(teller) = self.teller.take() {
            // It has failed where the test has, too.
            drop(teller.join());
        }
    }
}

/// The panel says other figures again and again.
fn tells(site: &Site, told: &Arc<Told>, over: &Arc<AtomicBool>) -> JoinHandle<()> {
    let scenario = Arc::clone(&site.cluster().scenario);
    let (told, over) = (Arc::clone(told), Arc::clone(over));
    told.tell(&scenario, 0);
    thread::spawn(move || {
        for number in 1.. {
            if over.load(Ordering::SeqCst) {
                break;
            }
            sleep(compute::EVERY);
            told.tell(&scenario, number);
        }
    })
}

//! The soak itself: noise and quiet in turn, until the time is over.

use std::{
    env, fs,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, sleep},
    time::{Duration, Instant},
};

use fastrand::Rng;

use crate::{
    clients::Client, held::Held, processes, scene::Scene, site::text, troubles, wait::until,
};

/// How long where nothing else is said.
const SECONDS: u64 = 40;
/// The longest noise without a quiet in which is measured what is held.
const NOISE: Duration = Duration::from_secs(300);
/// What a quiet takes.
const QUIET: Duration = Duration::from_secs(6);
/// Where all is healed, all is well within this time.
const WELL: Duration = Duration::from_secs(60);
/// Clients of each service at once.
const CLIENTS: u64 = 3;
/// A soak that goes on.
pub(crate) struct Run {
    seed: u64,
    begun: Instant,
    end: Instant,
    scene: Scene,
}

impl Run {
    pub(crate) fn new() -> Run {
        let set = |name| env::var(name).ok().filter(|word| !word.is_empty());
        let number = |word: String| word.parse::<u64>().expect("a whole number");
        let seconds = set("SOAK_SECONDS").map_or(SECONDS, number);
        let seed = set("SOAK_SEED").map_or_else(|| fastrand::u64(..), number);
        say(&format!(
            "a soak of {seconds} s with the seed {seed}: `tests/soak {seconds} {seed}`"
        ));

        let scene = Scene::new();
        let begun = Instant::now();
        Run {
            seed,
            begun,
            end: begun + Duration::from_secs(seconds),
            scene,
        }
    }

    /// Noise and quiet in turn. What is held in the first quiet is the measure of all others.
    pub(crate) fn goes_on(mut self) {
        let mut rng = Rng::with_seed(self.seed);
        self.quiet();
        let all = self.end - self.begun;
        self.noise(&mut rng, (all / 5).clamp(Duration::from_secs(4), NOISE));
        self.quiet();
        let measure = self.held();
        say(&format!(
            "{:?}: after the first noise {measure:?}",
            self.begun.elapsed()
        ));
        loop {
            let left = self.end.saturating_duration_since(Instant::now());
            self.noise(
                &mut rng,
                left.saturating_sub(QUIET)
                    .clamp(Duration::from_secs(4), NOISE),
            );
            self.quiet();
            let ids = self
                .scene
                .services
                .iter()
                .map(|service| service.running.id());
            let held: Vec<Held> = measure
                .iter()
                .zip(ids)
                .map(|(it, id)| it.is_all_of(id))
                .collect();
            say(&format!(
                "{:?}: {held:?}, {:?}, {:?}",
                self.begun.elapsed(),
                self.scene.judge.seen,
                self.scene.asked
            ));
            if Instant::now() + QUIET >= self.end {
                break self.ends();
            }
        }
    }

    /// Troubles and clients for so long.
    #[track_caller]
    fn noise(&mut self, rng: &mut Rng, so_long: Duration) {
        let over = AtomicBool::new(false);
        let wrong: Mutex<Option<String>> = Mutex::default();
        let end = Instant::now() + so_long;
        let (troubled, hung_up) = (AtomicU64::new(0), AtomicU64::new(0));
        let note = |judged: Result<(), String>| {
            if let Err(why) = judged {
                wrong.lock().unwrap().get_or_insert(why);
            }
        };
        let (nodes, site) = (&mut self.scene.nodes, &self.scene.site);
        let (judge, asked, services) = (&self.scene.judge, &self.scene.asked, &self.scene.services);
        thread::scope(|scope| {
            let (over, note, troubled, hung_up) = (&over, &note, &troubled, &hung_up);
            let of_nodes = rng.fork();
            scope.spawn(move || {
                let count = troubles::of_nodes(of_nodes, nodes, &site.tool, over);
                troubled.fetch_add(count, Ordering::SeqCst);
            });
            let of_panel = rng.fork();
            scope.spawn(move || {
                let count = troubles::of_panel(of_panel, &site.cluster().scenario, over);
                troubled.fetch_add(count, Ordering::SeqCst);
            });
            scope.spawn(move || note(troubles::watch(&site.tool, over)));
            let mut of_signals = rng.fork();
            scope.spawn(move || {
                while !over.load(Ordering::SeqCst) {
                    sleep(Duration::from_millis(of_signals.u64(200..2_500)));
                    let service = &services[of_signals.usize(0..services.len())];
                    service.running.signal("HUP");
                    hung_up.fetch_add(1, Ordering::SeqCst);
                }
            });
            for place in &self.scene.places {
                for _ in 0..CLIENTS {
                    let rng = rng.fork();
                    let client = Client {
                        place,
                        judge,
                        rng,
                        asked,
                        kept: None,
                    };
                    scope.spawn(move || note(client.goes_on(over)));
                }
            }
            while Instant::now() < end && wrong.lock().unwrap().is_none() {
                sleep(Duration::from_millis(50));
            }
            over.store(true, Ordering::SeqCst);
        });
        let wrong = wrong.into_inner().unwrap();
        assert!(wrong.is_none(), "{}", self.told(&wrong.unwrap_or_default()));
        say(&format!(
            "{:?}: {} troubles, {} hangups",
            self.begun.elapsed(),
            troubled.into_inner(),
            hung_up.into_inner()
        ));
    }

    /// All is healed and soon all is well; nothing is left on the nodes.
    #[track_caller]
    fn quiet(&self) {
        let healed = Instant::now();
        for place in &self.scene.places {
            let rng = Rng::with_seed(self.seed);
            let (judge, asked) = (&self.scene.judge, &self.scene.asked);
            let mut client = Client {
                place,
                judge,
                rng,
                asked,
                kept: None,
            };
            let what = self.told(&format!("all is well again over {}", place.scheme()));
            until(&what, WELL, || {
                let judged = client.usage();
                judged.unwrap_or_else(|why| panic!("{}", self.told(&why)));
                let answer = client.asks("/api/v1/cluster/usage?require=complete")?;
                (answer.status == 200).then_some(())
            });
        }
        let well = healed.elapsed();
        self.scene
            .site
            .tool
            .is_rid_of_hung_commands(Duration::from_secs(5));
        let connections = self.scene.services.len();
        until(
            "each service has one connection to a node at most",
            WELL,
            || {
                self.scene
                    .nodes
                    .iter()
                    .all(|node| node.serving().len() <= connections)
                    .then_some(())
            },
        );
        sleep(Duration::from_secs(2));
        assert!(processes::with_word(self.scene.site.tool.marker()).is_empty());
        say(&format!(
            "{:?}: all was well {well:?} after it was healed",
            self.begun.elapsed()
        ));
    }

    /// What each service holds, over two polls and more.
    fn held(&self) -> Vec<Held> {
        let ids = self
            .scene
            .services
            .iter()
            .map(|service| service.running.id());
        let mut held: Vec<(u32, Held)> = ids.map(|id| (id, Held::by(id))).collect();
        for _ in 0..25 {
            sleep(Duration::from_millis(100));
            for (id, held) in &mut held {
                *held = held.or(Held::by(*id));
            }
        }
        held.into_iter().map(|(_, held)| held).collect()
    }

    /// Enough was judged, and both services end well.
    fn ends(mut self) {
        let count = |counter: &AtomicU64| counter.load(Ordering::SeqCst);
        let seen = &self.scene.judge.seen;
        for (what, count) in [
            ("figures", count(&seen.figures)),
            ("stale figures", count(&seen.stale)),
            ("answers without figures", count(&seen.without)),
            ("pages of metrics", count(&seen.pages)),
            (
                "good calls of the tool",
                u64::try_from(self.scene.judge.printed.count()).unwrap(),
            ),
        ] {
            assert!(
                count >= 5,
                "{}",
                self.told(&format!("{count} {what} are too few"))
            );
        }
        let (answered, not) = (
            count(&self.scene.asked.answered),
            count(&self.scene.asked.unanswered),
        );
        assert!(
            answered > 4 * not,
            "{}",
            self.told(&format!("{answered} answers, {not} times none"))
        );
        for service in self.scene.services.drain(..) {
            let ended = service.stop();
            assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
        }
        let left = processes::with_word(text(&self.scene.site.tool.path()));
        assert!(left.is_empty(), "{left:?}");
        assert_eq!(
            fs::read_dir(self.scene.site.empty_folder())
                .unwrap()
                .count(),
            0
        );
    }

    /// What went wrong, when, and how it can be tried again.
    fn told(&self, what: &str) -> String {
        let (at, seed) = (self.begun.elapsed(), self.seed);
        format!(
            "with the seed {seed}, after {at:?}, at {}: {what}",
            jiff::Timestamp::now()
        )
    }
}

#[expect(clippy::print_stderr, reason = "whoever waits for it sees how it goes")]
fn say(line: &str) {
    eprintln!("soak: {line}");
}

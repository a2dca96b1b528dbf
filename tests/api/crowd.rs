//! Who is let in when many come at once, by hand: connections that do nothing, and a clock that stands still.

use std::{
    future::pending,
    io::{self, Write},
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    task::JoinSet,
    time::{Instant, advance, sleep},
};
use vhi_usage::api::{
    crowd::{BESIDE, Caps, Crowd, Verdict},
    proxies::Proxies,
    standing::Standing,
};

/// So many are told at once why they are not served.
const TOLD_AT_ONCE: usize = BESIDE / 2;

/// What the log was told.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn count(&self, words: &str) -> usize {
        let said = self.0.lock().unwrap();
        str::from_utf8(&said).unwrap().matches(words).count()
    }
}

/// A crowd whose connections do nothing.
struct Door {
    crowd: Crowd,
    tasks: JoinSet<()>,
}

impl Door {
    fn new(total: usize, per_address: usize) -> Door {
        let range = "198.51.100.0/24".parse().unwrap();
        let proxies = Proxies::new([range]);
        Door {
            crowd: Crowd::new(Caps {
                total,
                per_address,
                proxies,
            }),
            tasks: JoinSet::new(),
        }
    }

    /// What becomes of one from here, and how it tells of itself where it is served.
    #[track_caller]
    fn comes(&mut self, from: &str, verdict: Verdict) -> Standing {
        let (peer, standing) = (from.parse().unwrap(), Standing::default());
        let found = self.crowd.admit(peer);
        assert_eq!(found, verdict, "{from}");
        let task = self.tasks.spawn(pending());
        match found {
            Verdict::Serve => self.crowd.serves(peer, standing.clone(), task),
            Verdict::Tell => self.crowd.tells(task),
        }
        standing
    }

    /// Those that were ended go.
    async fn go(&mut self) -> usize {
        // When the clock goes on, everybody else has done what there was to do.
        sleep(Duration::from_millis(1)).await;
        let mut gone = 0;
        while let Some(Err(error)) = self.tasks.try_join_next() {
            self.crowd.left(error.id());
            gone += 1;
        }
        gone
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_is_not_served_is_told_and_when_many_are_the_oldest_of_them_goes() {
    let mut door = Door::new(2, 9);
    door.comes("192.0.2.1", Verdict::Serve).asked();
    door.comes("192.0.2.2", Verdict::Serve).asked();
    for _ in 0..TOLD_AT_ONCE {
        door.comes("192.0.2.3", Verdict::Tell);
    }
    assert_eq!(door.go().await, 0);
    door.comes("192.0.2.3", Verdict::Tell);
    assert_eq!(door.go().await, 1);
    for _ in 0..TOLD_AT_ONCE {
        door.comes("192.0.2.3", Verdict::Tell);
    }
    assert!(!door.crowd.takes_more(), "half are told, half are leaving");
    assert_eq!(door.go().await, TOLD_AT_ONCE);
    assert!(door.crowd.takes_more());
    door.tasks.abort_all();
    assert_eq!(door.go().await, 2 + TOLD_AT_ONCE);
    door.comes("192.0.2.3", Verdict::Serve);
    door.comes("192.0.2.3", Verdict::Serve);
    door.comes("192.0.2.3", Verdict::Tell);
}

#[tokio::test(start_paused = true)]
async fn one_address_takes_no_more_than_its_part_and_a_proxy_any() {
    let mut door = Door::new(9, 2);
    for (from, verdict) in [
        ("192.0.2.1", Verdict::Serve),
        ("::ffff:192.0.2.1", Verdict::Serve),
        ("192.0.2.1", Verdict::Tell),
        ("192.0.2.2", Verdict::Serve),
        ("2001:db8::1", Verdict::Serve),
        ("2001:db8::2", Verdict::Serve),
        ("2001:db8::3", Verdict::Tell),
        ("2001:db8:0:1::3", Verdict::Serve),
        ("198.51.100.1", Verdict::Serve),
        ("198.51.100.1", Verdict::Serve),
        ("198.51.100.1", Verdict::Serve),
        ("192.0.2.3", Verdict::Tell),
    ] {
        door.comes(from, verdict);
    }
}

#[tokio::test(start_paused = true)]
async fn who_keeps_us_waiting_the_longest_gives_way() {
    let mut door = Door::new(3, 9);
    let idle = door.comes("192.0.2.1", Verdict::Serve);
    idle.asked();
    idle.accepted();
    idle.answered(Instant::now());
    let busy = door.comes("192.0.2.2", Verdict::Serve);
    busy.asked();
    door.comes("192.0.2.3", Verdict::Serve);
    door.comes("192.0.2.4", Verdict::Tell);
    advance(Duration::from_secs(1)).await;
    // The one that has never asked, then nobody: the new one has only just come.
    door.comes("192.0.2.4", Verdict::Serve).asked();
    assert_eq!(door.go().await, 1);
    door.comes("192.0.2.5", Verdict::Tell);
    advance(Duration::from_secs(10)).await;
    // The idle one, and never those that are being answered.
    door.comes("192.0.2.5", Verdict::Serve).asked();
    assert_eq!(door.go().await, 1);
    advance(Duration::from_secs(100)).await;
    door.comes("192.0.2.6", Verdict::Tell);
    assert_eq!(door.go().await, 0);
}

#[tokio::test(start_paused = true)]
async fn for_an_address_that_has_its_part_only_one_of_its_own_gives_way() {
    let mut door = Door::new(9, 2);
    door.comes("192.0.2.2", Verdict::Serve);
    for _ in 0..2 {
        door.comes("192.0.2.1", Verdict::Serve).asked();
    }
    advance(Duration::from_secs(1)).await;
    door.comes("192.0.2.1", Verdict::Tell);
    assert_eq!(door.go().await, 0);
    // Two of three, as soon as one keeps us waiting.
    let mut door = Door::new(9, 2);
    for _ in 0..2 {
        door.comes("192.0.2.1", Verdict::Serve);
    }
    advance(Duration::from_secs(1)).await;
    door.comes("192.0.2.1", Verdict::Serve);
    assert_eq!(door.go().await, 1);
    door.comes("192.0.2.1", Verdict::Serve);
    assert_eq!(door.go().await, 1);
    door.comes("192.0.2.1", Verdict::Tell);
}

#[tokio::test(start_paused = true)]
async fn those_that_were_ended_and_have_not_gone_are_not_without_number() {
    let mut door = Door::new(1, 9);
    door.comes("192.0.2.1", Verdict::Serve);
    for _ in 0..BESIDE {
        assert!(door.crowd.takes_more());
        advance(Duration::from_secs(1)).await;
        door.comes("192.0.2.1", Verdict::Serve);
    }
    assert!(!door.crowd.takes_more());
    assert_eq!(door.go().await, BESIDE);
    assert!(door.crowd.takes_more());
}

#[tokio::test(start_paused = true)]
async fn strangers_who_ask_now_and_then_give_way_before_who_has_shown_a_token() {
    let mut door = Door::new(8, 9);
    let asks = |standing: &Standing| {
        standing.asked();
        standing.answered(Instant::now());
    };
    let mut known = Vec::new();
    for _ in 0..2 {
        let standing = door.comes("192.0.2.1", Verdict::Serve);
        standing.accepted();
        asks(&standing);
        known.push(standing);
    }
    advance(Duration::from_secs(60)).await;
    for _ in 2..8 {
        asks(&door.comes("192.0.2.2", Verdict::Serve));
    }
    // These are kept their places, however long they have been idle.
    door.comes("192.0.2.3", Verdict::Tell);
    advance(Duration::from_millis(250)).await;
    for _ in 2..8 {
        door.comes("192.0.2.3", Verdict::Serve).asked();
    }
    assert_eq!(door.go().await, 6);
    door.comes("192.0.2.4", Verdict::Tell);
    assert_eq!(door.go().await, 0);
    // One of their own address, and one of more than are kept, may go.
    let mut door = Door::new(8, 2);
    for from in ["192.0.2.1", "192.0.2.1", "192.0.2.2"] {
        let standing = door.comes(from, Verdict::Serve);
        standing.accepted();
        asks(&standing);
    }
    advance(Duration::from_secs(10)).await;
    door.comes("192.0.2.1", Verdict::Serve).asked();
    assert_eq!(door.go().await, 1);
}

#[tokio::test(start_paused = true)]
async fn however_many_addresses_want_more_than_their_part_the_log_has_a_line_a_second_and_their_count()
 {
    let log = Log::default();
    let writes = log.clone();
    let told = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writes.clone());
    let guard = tracing::subscriber::set_default(told.finish());
    let mut door = Door::new(200, 1);
    let mut crowds = |addresses: std::ops::Range<u8>| {
        for x in addresses {
            let from = format!("192.0.2.{x}");
            door.comes(&from, Verdict::Serve).asked();
            door.comes(&from, Verdict::Tell);
        }
    };
    let line = "no more connections of this address";
    crowds(0..60);
    assert_eq!(log.count(line), 60);
    crowds(60..63);
    assert_eq!(log.count(line), 60);
    advance(Duration::from_secs(60)).await;
    crowds(63..64);
    assert_eq!(log.count(line), 61);
    assert_eq!(log.count("unsaid=3"), 1);
    drop(guard);
}

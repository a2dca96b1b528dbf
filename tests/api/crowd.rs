//! Who is let in when many come at once, by hand: connections that do nothing, and a clock that stands still.

use std::{future::pending, time::Duration};

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

//! Kills at random moments under load: what was published is kept, once, and the service starts by itself.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{
    keeping::{Place, Reading},
    wait::until,
};

const KILLS: usize = 30;
const CLUSTERS: usize = 4;
/// All of it, on a slow machine.
const IN_ALL: Duration = Duration::from_secs(90);

#[test]
fn thirty_kills_lose_no_reading_that_was_published_and_keep_none_twice() {
    let place = Place::new(CLUSTERS, "");
    let begun = Instant::now();
    let published = Mutex::new(BTreeSet::<Reading>::new());
    for _ in 0..KILLS {
        let service = place.start();
        let (address, over) = (service.address, AtomicBool::new(false));
        let (place, seen, over) = (&place, &published, &over);
        thread::scope(|scope| {
            for name in &place.names {
                scope.spawn(move || {
                    while !over.load(Ordering::SeqCst) {
                        let read = place.served(address, name);
                        seen.lock().unwrap().extend(read);
                        thread::sleep(Duration::from_millis(3));
                    }
                });
            }
            // From before its first round to behind its second one.
            thread::sleep(Duration::from_millis(fastrand::u64(50..1_700)));
            service.running.signal("KILL");
            over.store(true, Ordering::SeqCst);
        });
        let ended = service.running.end(Duration::from_secs(5));
        assert_eq!(ended.code, None, "{}", ended.stderr);
        assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    }
    let service = place.start();
    place.becomes(&service, "kept", Duration::from_secs(20));
    until("figures of every cluster", Duration::from_secs(20), || {
        let read = |name: &String| place.served(service.address, name).len() == 2;
        place.names.iter().all(read).then_some(())
    });
    let standing = place.standing(&service);
    assert_eq!(standing["queued_bytes"], 0, "{standing}");
    service.stop();
    let published = published.into_inner().unwrap();
    // A service may be killed before its first round.
    assert!(published.len() > KILLS, "{}", published.len());
    let kept = place.kept(&place.path("kept/usage.db"));
    let missing: Vec<&Reading> = published
        .iter()
        .filter(|reading| !kept.contains_key(reading))
        .collect();
    assert!(
        missing.is_empty(),
        "{} of {}: {missing:?}",
        missing.len(),
        published.len()
    );
    let twice: Vec<_> = kept.iter().filter(|(_, count)| **count != 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
    assert!(begun.elapsed() < IN_ALL, "{:?}", begun.elapsed());
}

//! What is remembered of those who asked lately, in memory that does not grow.
//!
//! Each of them belongs to one set, by its hash, and a set has eight places. Where all are taken, the new one gets the
//! place of the one that has been quiet for longest, to whom nothing is owed: it would be let through at its next
//! request. So a caller that comes from ever new addresses costs no more memory and no more time than one that does not.

use std::{
    hash::{BuildHasher, Hash, RandomState},
    sync::Mutex,
};

use governor::{nanos::Nanos, state::StateStore};

use crate::lock::held;

/// A power of two.
const SETS: usize = 2048;
const PLACES: usize = 8;

/// So many of them are remembered for certain.
pub const REMEMBERED: usize = SETS * PLACES;

/// The state of each of them.
#[derive(Debug)]
pub struct Buckets<K> {
    /// Nobody can know who shares a set with whom.
    hash: RandomState,
    sets: Box<[Mutex<Set<K>>]>,
}

/// The key, and when it will owe nothing.
type Set<K> = [Option<(K, Nanos)>; PLACES];

impl<K> Default for Buckets<K> {
    fn default() -> Buckets<K> {
        let empty = || Mutex::new([const { None }; PLACES]);
        Buckets {
            hash: RandomState::new(),
            sets: std::iter::repeat_with(empty).take(SETS).collect(),
        }
    }
}

impl<K: Clone + Eq + Hash> StateStore for Buckets<K> {
    type Key = K;

    fn measure_and_replace<T, F, E>(&self, key: &K, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let hash = self.hash.hash_one(key);
        let place = usize::try_from(hash % SETS as u64).unwrap_or_default();
        let Some(set) = self.sets.get(place) else {
            // There are as many sets as a hash may name.
            return measure(None).map(|(found, _)| found);
        };
        let mut set = held(set);
        let owes = |place: &Option<(K, Nanos)>| place.as_ref().map(|(_, until)| *until);
        let is_own = |place: &Option<(K, Nanos)>| place.as_ref().is_some_and(|(it, _)| it == key);
        let own = set.iter().position(is_own);
        let before = own.and_then(|own| set.get(own).and_then(owes));
        let (found, until) = measure(before)?;
        let place = match own {
            Some(own) => set.get_mut(own),
            None => set.iter_mut().min_by_key(|place| owes(place)),
        };
        if let Some(place) = place {
            *place = Some((key.clone(), until));
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every request costs one, and this many are there at once.
    fn asks(buckets: &Buckets<u64>, key: u64, at: u64) -> Result<u64, ()> {
        buckets.measure_and_replace(&key, |before| {
            let before = before.map_or(0, Nanos::as_u64);
            match before > at {
                true => Err(()),
                false => Ok((before, Nanos::new(at + 10))),
            }
        })
    }

    #[test]
    fn each_key_has_a_state_of_its_own() {
        let buckets = Buckets::default();
        for key in 0..1000 {
            assert_eq!(asks(&buckets, key, 1), Ok(0), "{key}");
        }
        for key in 0..1000 {
            assert_eq!(asks(&buckets, key, 2), Err(()), "{key}");
            assert_eq!(asks(&buckets, key, 11), Ok(11), "{key}");
        }
    }

    #[test]
    fn ever_new_keys_take_the_places_of_those_that_owe_nothing_first() {
        let buckets = Buckets::default();
        assert_eq!(asks(&buckets, 0, 1), Ok(0));
        // Each of these owes until later, and there are many times as many as can be remembered.
        for key in 1..=REMEMBERED as u64 * 4 {
            assert_eq!(asks(&buckets, key, 1000), Ok(0));
        }
        let there = |key| {
            let mut all = buckets.sets.iter().flat_map(|set| *held(set));
            all.any(|place| place.is_some_and(|(it, _)| it == key))
        };
        assert!(!there(0) && there(REMEMBERED as u64 * 4));
        let all = buckets
            .sets
            .iter()
            .map(|set| held(set).iter().flatten().count());
        assert!(all.sum::<usize>() <= REMEMBERED);
    }
}

//! A lock that outlives a panic of whoever held it.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// What the lock guards, whoever may have panicked with it: it is legal at any time.
pub fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn a_lock_whose_holder_has_panicked_is_held_again() {
        let mutex = Mutex::new(7);
        let panicked = thread::scope(|scope| {
            let holder = scope.spawn(|| {
                let _held = held(&mutex);
                std::panic::resume_unwind(Box::new(()));
            });
            holder.join().is_err()
        });
        assert!(panicked && mutex.is_poisoned());
        assert_eq!(*held(&mutex), 7);
    }
}

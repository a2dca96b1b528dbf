//! A source that is being asked, at most once at a time.

use std::{future::Future, pin::Pin};

/// A source being asked, or not.
pub struct Asking<'a, T>(Option<Pin<Box<dyn Future<Output = T> + Send + 'a>>>);

impl<T> Default for Asking<'_, T> {
    fn default() -> Self {
        Asking(None)
    }
}

impl<'a, T> Asking<'a, T> {
    /// Asks, unless the source is still being asked.
    pub fn start<F: Future<Output = T> + Send + 'a>(&mut self, ask: impl FnOnce() -> F) {
        if self.0.is_none() {
            self.0 = Some(Box::pin(ask()));
        }
    }

    /// Its answer; never, while it is not being asked.
    pub async fn end(&mut self) -> T {
        match &mut self.0 {
            Some(asked) => {
                let answer = asked.await;
                self.0 = None;
                answer
            }
            None => std::future::pending().await,
        }
    }
}

impl<T> std::fmt::Debug for Asking<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Asking").field(&self.0.is_some()).finish()
    }
}

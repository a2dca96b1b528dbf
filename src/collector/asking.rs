//! A source that is being asked, at most once at a time.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll},
};

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
        poll_fn(|context| self.poll(context)).await
    }

    /// The first answer of several sources, and which of them gave it.
    pub async fn first(all: &mut [Asking<'a, T>]) -> (usize, T) {
        poll_fn(|context| {
            for (number, asking) in all.iter_mut().enumerate() {
                if let Poll::Ready(answer) = asking.poll(context) {
                    return Poll::Ready((number, answer));
                }
            }
            Poll::Pending
        })
        .await
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<T> {
        let Some(asked) = &mut self.0 else {
            return Poll::Pending;
        };
        let answer = asked.as_mut().poll(context);
        if answer.is_ready() {
            self.0 = None;
        }
        answer
    }
}

impl<T> std::fmt::Debug for Asking<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Asking").field(&self.0.is_some()).finish()
    }
}

//! Rows that come from elsewhere, a thread or a server, taken many at a time.
//!
//! Who takes each row as it comes is faster than who gives them, and so is put to sleep and woken for every one; that
//! costs several times what the row does, on both sides. Once many rows have come, there is a rest where none is ready,
//! and meanwhile the next ones gather.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_util::{Stream, StreamExt};
use tokio::time::{Sleep, sleep};

/// So many rows are taken as they come: who wants few does not wait.
const FEW: usize = 1024;
/// As short as the timer can.
const REST: Duration = Duration::from_millis(1);

/// A stream, with rests in it.
#[derive(Debug)]
pub(crate) struct Batched<S> {
    rows: S,
    came: usize,
    rest: Option<Pin<Box<Sleep>>>,
}

impl<S> Batched<S> {
    pub(crate) fn new(rows: S) -> Batched<S> {
        Batched {
            rows,
            came: 0,
            rest: None,
        }
    }
}

impl<S: Stream + Unpin> Stream for Batched<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        loop {
            if let Some(rest) = &mut self.rest {
                ready!(rest.as_mut().poll(context));
                self.rest = None;
            }
            match self.rows.poll_next_unpin(context) {
                Poll::Ready(row) => {
                    self.came = self.came.saturating_add(1);
                    return Poll::Ready(row);
                }
                Poll::Pending if self.came < FEW => return Poll::Pending,
                Poll::Pending => self.rest = Some(Box::pin(sleep(REST))),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;
    use tokio::{
        sync::mpsc::{UnboundedSender, unbounded_channel},
        task::yield_now,
        time::Instant,
    };

    fn batched() -> (
        UnboundedSender<usize>,
        Batched<impl Stream<Item = usize> + Unpin>,
    ) {
        let (rows, mut coming) = unbounded_channel();
        let coming = stream::poll_fn(move |context| coming.poll_recv(context));
        (rows, Batched::new(coming))
    }

    /// Each of them when whoever waits for it has been put to sleep.
    async fn one_by_one(rows: UnboundedSender<usize>, count: usize) {
        for row in 0..count {
            yield_now().await;
            rows.send(row).unwrap();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn few_rows_are_taken_as_they_come() {
        let (rows, batched) = batched();
        let begun = Instant::now();
        let given = tokio::spawn(one_by_one(rows, FEW));
        assert_eq!(batched.count().await, FEW);
        assert_eq!(begun.elapsed(), Duration::ZERO);
        given.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn of_many_rows_the_next_ones_gather_and_none_is_lost() {
        let (rows, mut batched) = batched();
        one_by_one(rows.clone(), FEW).await;
        for row in 0..FEW {
            assert_eq!(batched.next().await, Some(row));
        }
        let begun = Instant::now();
        let given = tokio::spawn(one_by_one(rows, 100));
        let all: Vec<usize> = batched.collect().await;
        assert_eq!(all, Vec::from_iter(0..100));
        assert_eq!(begun.elapsed(), REST);
        given.await.unwrap();
    }
}

//! A client's stream on which no wait is without end: neither for what the client sends nor until it takes what it is
//! sent.
//!
//! ```text
//! a connection ──── 10 s ──── whole request ── answer ── 75 s ── first byte ──── 10 s ──── whole request ── answer …
//! ```
//!
//! The stream knows nothing of HTTP. What comes first after an answer begins a request, and what goes out is an answer:
//! both hold below TLS, too. One timer serves all waits of a connection. It is set anew only when it has rung or would
//! ring too late, so a busy connection sets it once in ten seconds and not for every request.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep_until},
};

use crate::api::standing::Standing;

/// From the first byte of a request, or from the beginning of the connection, until the request is whole.
const REQUEST: Duration = Duration::from_secs(10);
/// From an answer to the first byte of the next request. Longer than a minute, the usual pause of those who ask
/// again and again.
const IDLE: Duration = Duration::from_secs(75);
/// A client takes something of its answer within this time.
const TAKING: Duration = Duration::from_secs(10);
/// And all that has been answered within this time, however steadily it takes a little.
const TAKEN: Duration = Duration::from_secs(60);

/// Fails with `TimedOut` when a wait took too long.
#[derive(Debug)]
pub struct Bounded<S> {
    stream: S,
    standing: Standing,
    answered: bool,
    /// The ends of the waits, while there are any.
    read: Option<Instant>,
    write: Option<Instant>,
    taken: Option<Instant>,
    /// Rings at the end of a wait, or earlier.
    alarm: Option<Pin<Box<Sleep>>>,
}

impl<S> Bounded<S> {
    /// The first request is due from now on. What is answered is told.
    pub fn new(stream: S, standing: Standing) -> Bounded<S> {
        Bounded {
            stream,
            standing,
            answered: false,
            read: None,
            write: None,
            taken: None,
            alarm: None,
        }
    }

    /// Whatever was said so far, what comes now is a request, whole in time.
    pub fn begin(&mut self) {
        self.answered = false;
        self.read = None;
    }

    fn reads_on<T>(&mut self, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        let end = *self.read.get_or_insert_with(|| Instant::now() + REQUEST);
        self.rings(end, context).map(Err)
    }

    /// `done` of a write, flush or shutdown; a wait for it has an end.
    fn writes_on<T>(
        &mut self,
        context: &mut Context<'_>,
        done: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if done.is_ready() {
            self.write = None;
            return done;
        }
        let now = Instant::now();
        let end = *self.write.get_or_insert(now + TAKING);
        let end = end.min(*self.taken.get_or_insert(now + TAKEN));
        self.rings(end, context).map(Err)
    }

    fn answers<T>(
        &mut self,
        context: &mut Context<'_>,
        done: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if done.is_ready() {
            self.answered = true;
            // Now and not with the next read: hyper may leave one waiting while it answers.
            let now = Instant::now();
            self.read = Some(now + IDLE);
            self.standing.answered(now);
        }
        self.writes_on(context, done)
    }

    /// Ready at `end`; wakes the task by then.
    fn rings(&mut self, end: Instant, context: &mut Context<'_>) -> Poll<io::Error> {
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep_until(end)));
        if end < alarm.deadline() {
            alarm.as_mut().reset(end);
        }
        ready!(alarm.as_mut().poll(context));
        if alarm.deadline() != end {
            // It was set for a wait that is over.
            alarm.as_mut().reset(end);
            ready!(alarm.as_mut().poll(context));
        }
        Poll::Ready(io::ErrorKind::TimedOut.into())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Bounded<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let done = Pin::new(&mut self.stream).poll_read(context, into);
        if done.is_pending() {
            return self.reads_on(context);
        }
        if self.answered {
            self.begin();
        }
        done
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Bounded<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.answers(context, done)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.answers(context, done)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let done = Pin::new(&mut self.stream).poll_flush(context);
        if done.is_ready() {
            // Whoever flushes has nothing more in hand.
            self.taken = None;
        }
        self.writes_on(context, done)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let done = Pin::new(&mut self.stream).poll_shutdown(context);
        self.writes_on(context, done)
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
        time::advance,
    };

    use super::*;

    /// A stream that holds so few bytes that an answer needs a client that takes it.
    fn narrow() -> (Bounded<DuplexStream>, DuplexStream) {
        let (ours, theirs) = duplex(4);
        (Bounded::new(ours, Standing::default()), theirs)
    }

    /// How long it took until the stream would wait no longer.
    async fn patience<T: std::fmt::Debug>(wait: impl Future<Output = io::Result<T>>) -> Duration {
        let begun = Instant::now();
        let error = wait.await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        begun.elapsed()
    }

    fn seconds(figure: u64) -> std::ops::Range<Duration> {
        // The timer counts in whole milliseconds.
        Duration::from_secs(figure)..Duration::from_millis(figure * 1000 + 2)
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_nothing_is_waited_for_ten_seconds() {
        let (mut ours, theirs) = narrow();
        let waited = patience(ours.write_all(b"an answer")).await;
        assert!(seconds(10).contains(&waited), "{waited:?}");
        drop(theirs);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_a_little_now_and_then_has_a_minute_for_all_of_it() {
        let (mut ours, mut theirs) = narrow();
        let takes = async |theirs: &mut DuplexStream, seconds, count| {
            for _ in 0..count {
                advance(Duration::from_secs(seconds)).await;
                assert_eq!(theirs.read_u8().await.unwrap(), 7);
            }
        };
        for _ in 0..2 {
            // Four bytes find room at once.
            let whole = async {
                ours.write_all(&[7; 10]).await?;
                ours.flush().await
            };
            let (written, ()) = tokio::join!(whole, takes(&mut theirs, 9, 6));
            written.unwrap();
            takes(&mut theirs, 9, 4).await;
        }
        let (waited, ()) =
            tokio::join!(patience(ours.write_all(&[7; 40])), takes(&mut theirs, 9, 6));
        assert!(seconds(60).contains(&waited), "{waited:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_has_ten_seconds_however_its_bytes_trickle_in() {
        let (mut ours, mut theirs) = narrow();
        let begun = Instant::now();
        for _ in 0..3 {
            theirs.write_u8(b'G').await.unwrap();
            ours.read_u8().await.unwrap();
            // The wait begins, and its end does not move.
            let early = tokio::time::timeout(Duration::from_secs(3), ours.read_u8());
            early.await.unwrap_err();
        }
        patience(ours.read_u8()).await;
        let waited = begun.elapsed();
        assert!(seconds(10).contains(&waited), "{waited:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn an_answered_client_may_be_idle_and_a_new_one_may_not() {
        let (mut ours, mut theirs) = narrow();
        let waited = patience(ours.read_u8()).await;
        assert!(seconds(10).contains(&waited), "new: {waited:?}");
        ours.write_all(b"200").await.unwrap();
        let waited = patience(ours.read_u8()).await;
        assert!(seconds(75).contains(&waited), "idle: {waited:?}");
        theirs.write_u8(b'G').await.unwrap();
        ours.read_u8().await.unwrap();
        let waited = patience(ours.read_u8()).await;
        assert!(seconds(10).contains(&waited), "begun: {waited:?}");
        ours.write_all(b"4").await.unwrap();
        ours.begin();
        let waited = patience(ours.read_u8()).await;
        assert!(seconds(10).contains(&waited), "anew: {waited:?}");
    }
}

//! The way to systemd's socket: a thread of its own, for the socket may block.
//!
//! The pool of threads in which the runtime does what blocks is no place for it: names are looked up there, and
//! where no name server answers a word that proves our life would wait behind them.

use std::{
    io,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
    time::Duration,
};

use sd_notify::NotifyState;
use tokio::{sync::oneshot, time::timeout};

/// systemd takes a word at once; when it does not, it is not waited for.
const TAKEN: Duration = Duration::from_secs(1);
/// As many words wait for the one that is being told.
const WAITING: usize = 4;

/// What systemd is told.
#[derive(Clone, Debug)]
pub enum Word {
    /// The service is up.
    Ready,
    /// How it does, in a line.
    Status(String),
    /// It lives.
    Lives,
    /// It ends.
    Ends,
}

impl Word {
    fn send(&self) -> io::Result<()> {
        let state = match self {
            Word::Ready => NotifyState::Ready,
            Word::Status(line) => NotifyState::Status(line),
            Word::Lives => NotifyState::Watchdog,
            Word::Ends => NotifyState::Stopping,
        };
        sd_notify::notify(&[state])
    }
}

/// A word, and who is told when it was taken.
type Told = (Word, oneshot::Sender<io::Result<()>>);

/// Tells words in their order. Its thread ends with it, but for a word that is never taken.
#[derive(Debug)]
pub struct Notifier(SyncSender<Told>);

impl Notifier {
    /// Starts its thread.
    ///
    /// # Errors
    /// When the system gives none.
    pub fn start() -> io::Result<Notifier> {
        let (words, waiting) = sync_channel(WAITING);
        let thread = thread::Builder::new().name("notifier".to_owned());
        thread.spawn(move || tell(&waiting))?;
        Ok(Notifier(words))
    }

    /// Tells this word.
    ///
    /// # Errors
    /// When it is not taken in time.
    pub async fn tell(&self, word: Word) -> io::Result<()> {
        let (told, taken) = oneshot::channel();
        let busy = |_| io::Error::from(io::ErrorKind::WouldBlock);
        self.0.try_send((word, told)).map_err(busy)?;
        let taken = timeout(TAKEN, taken).await?;
        taken.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?
    }
}

fn tell(waiting: &Receiver<Told>) {
    for (word, told) in waiting {
        if told.send(word.send()).is_err() {
            tracing::trace!(?word, "nobody waited any more for a word to be taken");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn words_that_nobody_listens_to_are_taken_one_after_the_other() {
        // Without a socket in the environment there is nothing to be said, and no error.
        let notifier = Notifier::start().expect("a thread");
        for word in [Word::Ready, Word::Status("well".to_owned()), Word::Ends] {
            notifier.tell(word).await.expect("taken");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_word_behind_one_that_is_never_taken_is_not_waited_for() {
        let (words, waiting) = sync_channel(WAITING);
        let notifier = Notifier(words);
        for _ in 0..WAITING {
            let late = notifier.tell(Word::Lives).await.expect_err("never taken");
            assert_eq!(late.kind(), io::ErrorKind::TimedOut);
        }
        let busy = notifier.tell(Word::Lives).await.expect_err("no room");
        assert_eq!(busy.kind(), io::ErrorKind::WouldBlock);
        drop(waiting);
    }
}

//! Whoever listens where a node did, and is no node: a socket of the test's own.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use tokio::{
    net::{TcpListener as Listening, TcpSocket},
    runtime::Runtime,
};

use crate::wait::until;

/// Longer than this nobody waits here for anything.
const PATIENCE: Duration = Duration::from_secs(20);

/// Takes every connection and does one thing with it. All of it ends when dropped.
pub(crate) struct Peer {
    over: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
}

impl Peer {
    /// At this address, which must be free.
    #[track_caller]
    pub(crate) fn at(address: SocketAddr, deed: fn(&mut TcpStream)) -> Peer {
        let listener = TcpListener::bind(address).unwrap();
        listener.set_nonblocking(true).unwrap();
        let over = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&over);
        let accepting = thread::spawn(move || {
            let (mut taken, mut doing) = (Vec::new(), Vec::new());
            while !ended.load(Ordering::Acquire) {
                let Ok((mut stream, _)) = listener.accept() else {
                    thread::sleep(Duration::from_millis(10));
                    continue;
                };
                stream.set_nonblocking(false).unwrap();
                taken.push(stream.try_clone().unwrap());
                doing.push(thread::spawn(move || deed(&mut stream)));
            }
            for stream in taken {
                // It may be gone already.
                drop(stream.shutdown(Shutdown::Both));
            }
            for doing in doing {
                doing.join().unwrap();
            }
        });
        Peer {
            over,
            accepting: Some(accepting),
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Release);
        let ended = self.accepting.take().map(JoinHandle::join);
        assert!(thread::panicking() || ended.is_none_or(|it| it.is_ok()));
    }
}

/// Says this, and then nothing for as long as the other side stays.
pub(crate) fn says_and_stays(stream: &mut TcpStream, words: &[u8]) {
    // The other side may be gone.
    drop(stream.write_all(words));
    let mut unread = [0; 4096];
    while let Ok(1..) = stream.read(&mut unread) {}
}

/// Says this and resets the connection.
pub(crate) fn says_and_resets(stream: &mut TcpStream, words: &[u8]) {
    // What was received and never read makes a reset of the close. `peek` waits for it.
    drop(stream.peek(&mut [0]));
    drop(stream.write_all(words));
    drop(stream.shutdown(Shutdown::Write));
}

/// Says this, a byte a second.
pub(crate) fn drips(stream: &mut TcpStream, words: &[u8]) {
    for byte in words {
        if stream.write_all(&[*byte]).is_err() {
            return;
        }
        thread::sleep(Duration::from_secs(1));
    }
}

/// An address that takes connections no more: whoever asks there hears nothing at all.
pub(crate) struct BlackHole {
    _listening: Listening,
    /// They fill the queue of those who wait to be accepted.
    _waiting: Vec<TcpStream>,
    _runtime: Runtime,
}

impl BlackHole {
    /// At this address, which must be free.
    #[track_caller]
    pub(crate) fn at(address: SocketAddr) -> BlackHole {
        let runtime = Runtime::new().unwrap();
        let listening = runtime.block_on(async {
            let socket = TcpSocket::new_v4().unwrap();
            socket.set_reuseaddr(true).unwrap();
            socket.bind(address).unwrap();
            socket.listen(1).unwrap()
        });
        let mut waiting = Vec::new();
        until("a connection that nothing comes of", PATIENCE, || {
            let stream = TcpStream::connect_timeout(&address, Duration::from_millis(200));
            stream.map(|it| waiting.push(it)).is_err().then_some(())
        });
        BlackHole {
            _listening: listening,
            _waiting: waiting,
            _runtime: runtime,
        }
    }
}

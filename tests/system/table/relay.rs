//! A relay before a server, by which the network fails.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpSocket, TcpStream},
    runtime::Runtime,
    task::{JoinHandle, JoinSet},
    time::timeout,
};

use crate::wait::until;

/// Longer than this nobody waits here for anything.
const PATIENCE: Duration = Duration::from_secs(5);

/// How it treats connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Hands everything on.
    Through,
    /// Nobody listens.
    Refused,
    /// What is sent there is lost, from the first packet on.
    BlackHoled,
    /// Each connection is reset as soon as it is there.
    Reset,
    /// Connections are taken, and nothing is said on them.
    Hung,
}

/// A relay on a port of its own. Whatever it is told, connections that were there are cut.
pub(crate) struct Relay {
    pub(crate) address: SocketAddr,
    behind: SocketAddr,
    runtime: Runtime,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Relay {
    /// To this server.
    pub(crate) fn to(behind: SocketAddr) -> Relay {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(listen("127.0.0.1:0".parse().unwrap(), 128));
        let relay = Relay {
            address: listener.local_addr().unwrap(),
            behind,
            runtime,
            task: Mutex::default(),
        };
        relay.run(relay_on(listener, Way::Through, behind));
        relay
    }

    /// From now on it is so.
    pub(crate) fn goes(&self, way: Way) {
        let task = self.task.lock().unwrap().take();
        if let Some(task) = task {
            task.abort();
            // It was aborted, which is an error.
            drop(self.runtime.block_on(task));
        }
        match way {
            Way::Refused => {}
            Way::BlackHoled => self.run(hole(self.runtime.block_on(full(self.address)))),
            way => {
                let listener = self.runtime.block_on(listen(self.address, 128));
                self.run(relay_on(listener, way, self.behind));
            }
        }
    }

    fn run(&self, task: impl Future<Output = ()> + Send + 'static) {
        *self.task.lock().unwrap() = Some(self.runtime.spawn(task));
    }
}

async fn listen(address: SocketAddr, backlog: u32) -> TcpListener {
    // A program that is just being started may hold for a moment what was closed here.
    let socket = until("the port is free", PATIENCE, || {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        let bound = socket.bind(address);
        bound.is_ok().then_some(socket)
    });
    socket.listen(backlog).unwrap()
}

/// A listener whose queue is full, so that the system drops what else comes; and who fills it.
async fn full(address: SocketAddr) -> (TcpListener, Vec<TcpStream>) {
    let listener = listen(address, 1).await;
    let mut queue = Vec::new();
    while let Ok(stream) = timeout(Duration::from_millis(300), TcpStream::connect(address)).await {
        queue.push(stream.unwrap());
        assert!(queue.len() < 10, "the queue has no end");
    }
    (listener, queue)
}

async fn hole(_held: (TcpListener, Vec<TcpStream>)) {
    std::future::pending().await
}

async fn relay_on(listener: TcpListener, way: Way, behind: SocketAddr) {
    // They end with the task.
    let mut connections = JoinSet::new();
    let held = Arc::new(Mutex::new(Vec::new()));
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        match way {
            Way::Reset => stream.set_zero_linger().unwrap(),
            Way::Hung => held.lock().unwrap().push(stream),
            _ => drop(connections.spawn(hand_on(stream, behind))),
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn hand_on(mut stream: TcpStream, behind: SocketAddr) {
    // The server may be gone, and either side may go.
    if let Ok(mut server) = TcpStream::connect(behind).await {
        drop(copy_bidirectional(&mut stream, &mut server).await);
    }
}

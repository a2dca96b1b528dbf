//! The listener: takes connections, as many as there may be.
//!
//! A connection is a task of its own. What goes wrong on one ends that one. Which are taken when many come says
//! [`crowd`](crate::api::crowd); what becomes of them, [`connection`](crate::api::connection).

use std::{io, net::SocketAddr, pin::pin, time::Duration};

use rustix::io::Errno;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{Id, JoinError, JoinSet},
    time::{sleep, timeout},
};

use crate::{
    api::{
        connection::{Connection, Routes},
        crowd::{Caps, Crowd, Verdict},
        standing::Standing,
        tls::Tls,
    },
    pulse::Beat,
};

/// How long answers that have begun may take after the end was asked for.
const DRAIN: Duration = Duration::from_secs(4);
/// The rest after the system gave no connection, as where too many files are open.
const REST: Duration = Duration::from_secs(1);

/// Where callers come in.
#[derive(Debug)]
pub struct Door {
    /// Bound.
    pub listener: TcpListener,
    /// `None` for plain HTTP.
    pub tls: Option<Tls>,
    /// How many may be in.
    pub caps: Caps,
    /// Answered by the loop that takes them in.
    pub beat: Beat,
}

/// Answers until `shutdown` is done, then lets what has begun come to its end.
pub async fn serve(door: Door, routes: impl Routes, shutdown: impl Future<Output = ()> + Send) {
    let Door {
        listener,
        tls,
        caps,
        mut beat,
    } = door;
    let (stop, asked) = watch::channel(false);
    let mut inside = Inside {
        tasks: JoinSet::new(),
        crowd: Crowd::new(caps),
        tls,
        asked,
    };
    let mut shutdown = pin!(shutdown);
    let mut failing = false;
    loop {
        let room = inside.crowd.takes_more();
        let accepted = tokio::select! {
            // Those that have ended make room before the next ones come.
            biased;
            () = &mut shutdown => break,
            () = beat.answer() => continue,
            Some(ended) = inside.tasks.join_next_with_id() => {
                inside.left(ended);
                continue;
            }
            accepted = listener.accept(), if room => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                failing = false;
                inside.comes(stream, peer, &routes);
            }
            Err(error) if is_of_one_connection(&error) => {
                tracing::debug!(%error, "a connection failed before it was ours");
            }
            Err(error) => {
                if !failing {
                    tracing::error!(%error, "no connection can be taken; trying on");
                }
                failing = true;
                tokio::select! {
                    () = &mut shutdown => break,
                    () = sleep(REST) => {}
                }
            }
        }
    }
    drop(listener);
    stop.send_replace(true);
    inside.drain().await;
}

/// The connections that were taken.
struct Inside {
    tasks: JoinSet<()>,
    crowd: Crowd,
    tls: Option<Tls>,
    /// Whether the end was asked for.
    asked: watch::Receiver<bool>,
}

impl Inside {
    fn comes(&mut self, stream: TcpStream, peer: SocketAddr, routes: &impl Routes) {
        let standing = Standing::default();
        let connection = Connection {
            peer,
            standing: standing.clone(),
            stop: self.asked.clone(),
        };
        match (self.crowd.admit(peer.ip()), self.tls.clone()) {
            (Verdict::Serve, tls) => {
                let served = connection.serve(stream, tls, routes.clone());
                let task = self.tasks.spawn(served);
                self.crowd.serves(peer.ip(), standing, task);
            }
            (Verdict::Tell, None) => {
                let task = self.tasks.spawn(connection.tell_of_the_crowd(stream));
                self.crowd.tells(task);
            }
            // A handshake would cost more than the answer that is not given.
            (Verdict::Tell, Some(_)) => drop(stream),
        }
    }

    fn left(&mut self, ended: Result<(Id, ()), JoinError>) {
        let id = match ended {
            Ok((id, ())) => id,
            Err(error) => {
                if !error.is_cancelled() {
                    tracing::error!(%error, "a connection ended badly");
                }
                error.id()
            }
        };
        self.crowd.left(id);
    }

    async fn drain(&mut self) {
        let drained = async {
            while let Some(ended) = self.tasks.join_next_with_id().await {
                self.left(ended);
            }
        };
        if timeout(DRAIN, drained).await.is_err() {
            let held = self.tasks.len();
            tracing::warn!(
                connections = held,
                "clients held connections beyond the end"
            );
            self.tasks.shutdown().await;
        }
    }
}

/// Whether it was that one connection that failed, before it was ours. The next one may be there already. After all
/// else, as where files or memory are short, trying on at once would only keep a processor busy.
fn is_of_one_connection(error: &io::Error) -> bool {
    // What Linux tells of the network of a connection when that is taken: accept(2), "Error handling".
    const OF_ONE: [Errno; 12] = [
        Errno::CONNABORTED,
        Errno::CONNREFUSED,
        Errno::CONNRESET,
        Errno::HOSTDOWN,
        Errno::HOSTUNREACH,
        Errno::NETDOWN,
        Errno::NETUNREACH,
        Errno::NONET,
        Errno::NOPROTOOPT,
        Errno::OPNOTSUPP,
        Errno::PROTO,
        Errno::TIMEDOUT,
    ];
    Errno::from_io_error(error).is_some_and(|error| OF_ONE.contains(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_connection_suffers_rests_the_door_for_no_other() {
        let rests = |errno: Errno| !is_of_one_connection(&errno.into());
        for errno in [Errno::MFILE, Errno::NFILE, Errno::NOBUFS, Errno::NOMEM] {
            assert!(rests(errno), "{errno}");
        }
        for errno in [Errno::CONNABORTED, Errno::NETDOWN, Errno::PROTO] {
            assert!(!rests(errno), "{errno}");
        }
    }
}

//! A connection to a node: who may log in, which channels there are, and the commands on them.

use std::{collections::HashMap, sync::Arc};

use russh::{
    Channel, ChannelId, ChannelOpenFailure, ChannelWriteHalf, Pty, Sig,
    keys::PublicKey,
    server::{self, Auth, ChannelOpenHandle, Msg, PublicKeyOffer, Session, VerifiedPublicKey},
};
use tokio::sync::watch;
use tracing::debug;

use crate::sim::{
    counts::count,
    fault::Fault,
    play::{End, Fate, Play},
    scenario::Scenario,
    slot::{Slot, Slots},
    tasks::Tasks,
};

/// Where a connection leads to: what all connections of a node share.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) scenario: Arc<Scenario>,
    /// The node's number in the cluster, from 0.
    pub(crate) number: usize,
    /// The only key that may log in.
    pub(crate) user_key: PublicKey,
    pub(crate) tasks: Arc<Tasks>,
}

impl Place {
    pub(crate) fn shows(&self, fault: Fault) -> bool {
        self.scenario.on_node(self.number, fault)
    }

    fn accepts(&self, key: &PublicKey) -> Auth {
        let same = key.key_data() == self.user_key.key_data();
        if same && !self.shows(Fault::LoginRefused) {
            Auth::Accept
        } else {
            count(&self.scenario.tally.keys_refused);
            Auth::reject()
        }
    }
}

/// One connection.
pub(crate) struct Connection {
    place: Arc<Place>,
    /// Commands that arrived so far.
    commands: u64,
    slots: Slots,
    channels: HashMap<ChannelId, Open>,
}

impl Connection {
    pub(crate) fn new(place: Arc<Place>) -> Connection {
        Connection {
            place,
            commands: 0,
            slots: Slots::default(),
            channels: HashMap::new(),
        }
    }
}

/// A channel of the connection.
struct Open {
    fate: watch::Sender<Fate>,
    /// Until a command takes them.
    idle: Option<(ChannelWriteHalf<Msg>, Slot)>,
}

impl server::Handler for Connection {
    type Error = russh::Error;

    async fn auth_publickey_offered(
        &mut self,
        _user: &str,
        offer: PublicKeyOffer<'_>,
    ) -> Result<Auth, russh::Error> {
        Ok(self.place.accepts(offer.public_key))
    }

    async fn auth_publickey(
        &mut self,
        _user: &str,
        key: VerifiedPublicKey<'_>,
    ) -> Result<Auth, russh::Error> {
        Ok(self.place.accepts(key.public_key))
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), russh::Error> {
        // a command that ended left its place behind
        self.channels
            .retain(|_, open| open.idle.is_some() || !open.fate.is_closed());
        match self.slots.take(&self.place.scenario) {
            None => reply.reject(ChannelOpenFailure::ConnectFailed).await,
            Some(slot) => {
                let id = channel.id();
                let (_, write) = channel.split();
                let open = Open {
                    fate: watch::Sender::new(Fate::Wanted),
                    idle: Some((write, slot)),
                };
                self.channels.insert(id, open);
                reply.accept().await;
            }
        }
        Ok(())
    }

    async fn exec_request(
        &mut self,
        id: ChannelId,
        data: &[u8],
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        if self.place.shows(Fault::ExecRefused) {
            count(&self.place.scenario.tally.commands);
            return session.channel_failure(id);
        }
        let Some(open) = self.channels.get_mut(&id) else {
            return session.channel_failure(id);
        };
        let Some((channel, slot)) = open.idle.take() else {
            return session.channel_failure(id);
        };
        let place = &self.place;
        count(&place.scenario.tally.commands);
        self.commands += 1;
        if self.commands > 1
            && place
                .scenario
                .take_on_node(place.number, Fault::ConnectionDrop)
        {
            return Err(russh::Error::Disconnect);
        }
        session.channel_success(id)?;
        let line = String::from_utf8_lossy(data).into_owned();
        let play = Play {
            scenario: place.scenario.clone(),
            node: place.number,
            channel,
            handle: session.handle(),
        };
        let fate = open.fate.subscribe();
        place
            .tasks
            .spawn(command(play, line, fate, slot, place.tasks.stopped()));
        Ok(())
    }

    async fn signal(
        &mut self,
        id: ChannelId,
        signal: Sig,
        _session: &mut Session,
    ) -> Result<(), russh::Error> {
        if let Some(open) = self.channels.get(&id) {
            open.fate.send_replace(Fate::Killed(signal));
        }
        Ok(())
    }

    async fn channel_close(
        &mut self,
        id: ChannelId,
        _session: &mut Session,
    ) -> Result<(), russh::Error> {
        if let Some(open) = self.channels.get_mut(&id) {
            open.idle = None;
            open.fate.send_if_modified(|fate| {
                let first = matches!(fate, Fate::Wanted);
                if first {
                    *fate = Fate::Closed;
                }
                first
            });
        }
        Ok(())
    }

    async fn pty_request(
        &mut self,
        id: ChannelId,
        _term: &str,
        _columns: u32,
        _rows: u32,
        _width: u32,
        _height: u32,
        _modes: &[(Pty, u32)],
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        session.channel_failure(id)
    }

    async fn env_request(
        &mut self,
        id: ChannelId,
        name: &str,
        _value: &str,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        // as `AcceptEnv LANG LC_*` of a fresh OpenSSH
        if name == "LANG" || name.starts_with("LC_") {
            session.channel_success(id)
        } else {
            session.channel_failure(id)
        }
    }

    async fn shell_request(
        &mut self,
        id: ChannelId,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        session.channel_failure(id)
    }

    async fn subsystem_request(
        &mut self,
        id: ChannelId,
        _name: &str,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        session.channel_failure(id)
    }
}

/// Runs a command, tells how it ended and closes the channel.
async fn command(
    play: Play,
    line: String,
    fate: watch::Receiver<Fate>,
    slot: Slot,
    stopped: impl Future<Output = ()>,
) {
    let end = tokio::select! {
        end = play.run(&line, fate) => end,
        () = stopped => End::Lost,
    };
    // given back first: a client that sees the channel closed finds the slot free
    drop(slot);
    if let Err(error) = play.tell(end).await {
        debug!(%error, "nobody is left to hear how a command ended");
    }
}

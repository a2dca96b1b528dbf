//! Our own verdict: that of a whole session where the server listens, and of its parts where the node has
//! a name that leads nowhere.

use std::{
    net::SocketAddr,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use russh::{client, keys::PublicKeyOrCertificate};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::timeout,
};
use vhi_usage::{
    clock,
    ssh::{
        certificate::Unfit,
        error::SshError,
        host_key_problem::HostKeyProblem,
        host_keys::HostKeys,
        login::{self, Login},
        node::Node,
        offer::has_no_such_key,
        place::Place,
        session::Session,
        tries::Tries,
        verdict::Shown,
    },
    stage::Stages,
};

use crate::{
    row::{Server, Verdict},
    servers::{Servers, user},
};

const PATIENCE: Duration = Duration::from_secs(20);

/// Listens on loopback, and starts the server for each connection.
pub(crate) struct Listener {
    pub(crate) address: SocketAddr,
    task: JoinHandle<()>,
}

impl Listener {
    pub(crate) async fn new(servers: &Servers, server: Server) -> Listener {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let words = servers.command(server);
        let task = tokio::spawn(async move {
            let mut children: Vec<Child> = Vec::new();
            while let Ok((stream, _)) = listener.accept().await {
                let stream = stream.into_std().unwrap();
                stream.set_nonblocking(false).unwrap();
                let (input, output) = (stream.try_clone().unwrap(), stream);
                let mut command = Command::new(&words[0]);
                command.args(&words[1..]).stderr(Stdio::null());
                command.stdin(std::os::fd::OwnedFd::from(input));
                command.stdout(std::os::fd::OwnedFd::from(output));
                children.push(command.spawn().unwrap());
                children.retain_mut(|child| child.try_wait().unwrap().is_none());
            }
        });
        Listener { address, task }
    }

    /// Ends it.
    pub(crate) async fn end(self) {
        self.task.abort();
        assert!(self.task.await.is_err());
    }
}

/// The verdict of a session that is opened and ended again.
pub(crate) async fn of_session(
    servers: &Servers,
    node: &Place,
    host_keys: HostKeys,
) -> Result<Verdict, String> {
    let node: Node = format!("{}@{node}", user()).parse().unwrap();
    let login = Login {
        key_file: servers.user.file.clone(),
        key_passphrase: None,
        host_keys,
        connect_timeout: PATIENCE,
    };
    match Session::open(&node, &login, &Tries::default(), &Stages::default()).await {
        Ok(_) => Ok(Verdict::Known),
        Err(SshError::HostKey { why, .. }) => of(why),
        Err(error) => Err(format!("{error:?}")),
    }
}

/// The verdict of the session's parts, over a connection to this address.
pub(crate) async fn of_parts(
    at: SocketAddr,
    node: &Place,
    host_keys: HostKeys,
) -> Result<Verdict, String> {
    let offers = match host_keys.offers(node) {
        Ok(offers) => offers,
        Err(why) => return of(why),
    };
    for offer in offers {
        let stream = TcpStream::connect(at).await.unwrap();
        let peer = Peer {
            node: node.clone(),
            host_keys: host_keys.clone(),
        };
        let config = Arc::new(login::config(offer));
        let end = timeout(PATIENCE, client::connect_stream(config, stream, peer)).await;
        match end.expect("a handshake in time") {
            Ok(_) => return Ok(Verdict::Known),
            Err(End::HostKey(why)) => return of(why),
            Err(End::Ssh(error)) if has_no_such_key(&error) => {}
            Err(End::Ssh(error)) => return Err(format!("{error:?}")),
        }
    }
    Err(format!("{node} has no key at all"))
}

struct Peer {
    node: Place,
    host_keys: HostKeys,
}

#[derive(Debug, thiserror::Error)]
enum End {
    #[error(transparent)]
    Ssh(#[from] russh::Error),
    #[error(transparent)]
    HostKey(HostKeyProblem),
}

impl client::Handler for Peer {
    type Error = End;

    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, End> {
        let shown = Shown {
            key: &shown.public_key(),
            certificate: shown.certificate(),
        };
        let checked = self.host_keys.check(&self.node, shown, clock::now());
        checked.map(|()| true).map_err(End::HostKey)
    }
}

fn of(why: HostKeyProblem) -> Result<Verdict, String> {
    Ok(match why {
        HostKeyProblem::Unknown { .. } | HostKeyProblem::Authority { .. } => Verdict::Unknown,
        HostKeyProblem::Changed { .. } => Verdict::Changed,
        HostKeyProblem::Revoked { .. } | HostKeyProblem::RevokedAuthority { .. } => {
            Verdict::Revoked
        }
        HostKeyProblem::File { .. } => Verdict::Unreadable,
        HostKeyProblem::Forged { .. } => return Err(why.to_string()),
        HostKeyProblem::Certificate { why, .. } => match why {
            Unfit::User => Verdict::User,
            Unfit::Early(_) => Verdict::Early,
            Unfit::Late(_) => Verdict::Late,
            Unfit::OtherName { .. } => Verdict::OtherName,
            Unfit::NoName(_) => Verdict::NoName,
            Unfit::Option(_) => Verdict::Option,
            Unfit::Way(_) => Verdict::Way,
            Unfit::Short => return Err(why.to_string()),
        },
    })
}

//! The fault table: what can go wrong with a peer, one test a row.
//!
//! Each row starts a site and a service of its own, breaks one thing, and holds four promises: the reason
//! is told by its code, in the answer and in `/metrics`; no figure is served that was not read, stale ones
//! on time and then none; figures are back within one poll after the fault has ended, or the pause until
//! then is told and kept; and no descriptor, thread, connection, slot or remote process is left behind.
//! [`row`] holds them, and what a row must say itself is how the fault begins, its code, and how it ends.
//!
//! | rows | what is broken | who breaks it |
//! | --- | --- | --- |
//! | [`reached`] | refused; black-holed; taken and never answered; reset before and in mid-banner; a banner byte a second; a banner without end; the key exchange stalls; a web server in its place | a socket in the node's place |
//! | [`trusted`] | the key is not authorised; another host key than the known one, a revoked one, an unknown one; a node that was installed anew, alone and beside another | OpenSSH's server |
//! | [`started`] | no session for anybody; one session with a hung command in it; strangers hold every login slot; forced commands that say something else, nothing, too little or too late | its configuration and `authorized_keys` |
//! | [`printed`] | no output; half a line; 100 MB; stderr only, or without end; exit 1 with good text; exit 0 without text; killed, crashed; hung, deaf to signals; another cluster; no master | the tool on the node |
//! | [`server`] | frozen and continued; killed and started again, at once, or in mid-command; connections cut | signals |
//! | [`simulated`] | exec refused; closed without a status; hung where no signal reaches | the simulator's node |
//! | [`panel`] | refused; black-holed; reset; taken and never answered, before and after TLS; another certificate; 500; 307 to another place; HTML; cut JSON; a body byte by byte | a relay, and the simulator's panel |
//! | [`metrics`] | the same of a billed Prometheus | a relay, and the simulator |
//! | [`refused`] | the panel answers 401 for ever; a wrong password; Grafana refuses the token, or forbids the query | the simulator |
//! | [`clock`] | the wall clock set back and forward | libfaketime |
//! | [`stored`] | no room for the store; its file locked by somebody else; PostgreSQL stopped and started again; the clock set back between two rounds | a limit on the size of files, SQLite, signals, libfaketime |
//!
//! A row waits for most of its time, and has everything to itself, so that many can be walked at once:
//! `cargo test --test system table:: -- --test-threads 6`.
//!
//! The rows of [`stored`] take no figure away, and so hold other promises: figures are served meanwhile, the list of
//! clusters and `/metrics` tell the state of the store, and at the end each reading that was published stands in it, once.
//! A store that is garbage, or gone with its queue, `tests/keeper.rs` has.

pub(crate) mod body;
pub(crate) mod clock;
pub(crate) mod left;
pub(crate) mod metrics;
pub(crate) mod panel;
pub(crate) mod peer;
pub(crate) mod printed;
pub(crate) mod reached;
pub(crate) mod refused;
pub(crate) mod relay;
pub(crate) mod row;
pub(crate) mod server;
pub(crate) mod simulated;
pub(crate) mod started;
pub(crate) mod stored;
pub(crate) mod told;
pub(crate) mod trusted;

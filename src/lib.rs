//! Usage figures of a Virtuozzo Hybrid Infrastructure cluster, for billing.
//!
//! This page is the map. What callers see is in the README; each room says more at its own head.
//!
//! # The way of the data
//!
//! ```text
//! flags, environment, .env, TOML ── config ── builds all that stands below
//!
//!   storage node               panel            Prometheus, Grafana              panel
//!        │ ssh: bytes, status 0  │ panel: JSON         │ JSON                      │ panel: JSON
//!   vstorage: StatReport         │                     │                           │
//!        │ source::node          │ source::overview    │ source::prometheus        │ source::compute_stat
//!   StorageReading          StorageReading        StorageReading             ComputeReading
//!        └──── one is billed, the others are witnesses ┘                           │
//!                        └───────────────┬─────────────────────────────────────────┘
//!                                   collector: one clock a cluster
//!                                        │
//!                                   ClusterUsage ── witness: difference, tolerance, verdict
//!                                        │ watch
//!                                       api ── HTTP ── caller
//! ```
//!
//! Each station is a plain struct and the end of one way of thinking. `ssh` gives bytes and a status;
//! a status other than 0 is an error before anybody parses. `StatReport` is what the tool printed, as
//! printed: `1.32TB` is 132 hundredths of a T. A reading is what that means, with its source and its
//! time. [`usage::ClusterUsage`] is what we say: two parts, each fresh, stale, or missing with a reason, and the
//! witnesses beside them. A witness is compared and never billed, and never stands in for the billed source.
//!
//! A collector has a clock of its own. A request reads what was published last; it waits for no node
//! and no panel, and starts no command.
//!
//! # The rooms
//!
//! From the top floor to the ground. A room imports from the floors below it and from no other.
//!
//! | room | what it is for |
//! | --- | --- |
//! | [`cli`] | the commands, what they print, how they end |
//! | [`config`] | flags, environment, `.env` and TOML become the settings of each room; every problem with its place |
//! | [`api`] | the listener and its TLS, the routes, the token, the errors, the body; shows what was published |
//! | [`collector`] | one task a cluster: the rounds, and a part's way from fresh over stale to missing |
//! | [`sheet`] | figures as rows of CSV, JSON lines and FOCUS, for callers and for files |
//! | [`period`] | billing months: open, grace, closed; their digests, their corrections, and what is verified |
//! | [`history`] | what a cluster used, point by point and page by page |
//! | [`keeper`] | each reading is written before it is published; a queue on disk for while the store is not there |
//! | [`lease`] | which instance collects which cluster, where several share one store |
//! | [`statement`] | what a bill is made from, as it is said: the summary of a window |
//! | [`store`] | what is kept: every reading with its raw text, roll-ups, periods; a file or a server |
//! | [`usage`] | both readings side by side, and what can be said of them together |
//! | [`witness`] | one reading held against another: difference, tolerance, verdict; what that says of the size base |
//! | [`source`] | a way of asking joined with a meaning; why there is no reading |
//! | [`sim`] | real servers on loopback, SSH, a panel over HTTPS, a Prometheus over HTTP, and what goes wrong with them |
//! | [`figure`] | the wire shape of an amount |
//! | [`promql`] | one query to Prometheus, straight or through Grafana, and the vector that it answers |
//! | [`drift`] | lines of a printed report that no rule reads, and what is asked for then |
//! | [`reading`] | what one source says at one moment |
//! | [`ssh`] | one connection with each storage node: host keys, login, slots for commands with a deadline, pauses after failures |
//! | [`panel`] | a session with the panel: login, GET |
//! | [`web`] | one HTTP request and its whole answer, and which certificate the peer may show |
//! | [`breaker`] | the peers that are left alone: why, since when, until when |
//! | [`meter`] | what is billed over time: windows, samples, and what they add up to |
//! | [`headroom`] | how much of a licence is used, and whether less than a tenth is left |
//! | [`vstorage`] | the text of `vstorage stat`: parser and print of each line |
//! | [`reason`] | why there is no fresh figure, as callers are told |
//! | [`stage`] | how each stage of a reading does: duration, end, the last success |
//! | [`amount`] | bytes and the interval that they lie in; all arithmetic on them |
//! | [`secret`] | a word that prints as `***`; a file that only its owner may read |
//! | [`cluster_name`] | a name that is safe on a command line |
//! | [`condition`] | what the vendor's words say of a cluster and of its licence, in closed lists |
//! | [`clock`] | times as they are said |
//! | [`digits`] | whole numbers, from their digits |
//! | [`hex`] | a SHA-256 in hex |
//! | [`pause`] | how long a peer that failed is left alone |
//! | [`chain`] | an error and its causes in one line |
//! | [`words`] | closed lists of words: each with its meaning, as answers say and describe it |
//! | [`pulse`] | whether the loops of the service still turn |
//! | [`lock`] | a lock that outlives a panic of its holder |
//! | [`unreadable`] | why a file cannot be read or written |
//!
//! # What holds everywhere
//!
//! * **Formats know no transport.** [`vstorage`] reads a text, wherever it came from.
//! * **Transports know no meaning.** [`ssh`], [`panel`], [`promql`] and [`web`] know how to ask, and not what an answer means.
//! * **Arrows point down.** No import leads up or in a circle; nothing but [`cli`] knows of [`sim`].
//! * **Absence travels as absence**, as `Option` or `Result`, from the wire to the wire. What was not
//!   read is `null` in the answer; a 0 in it is a 0 that was read.
//! * **No figure has a default.** `unwrap_or(0)` on one is a bug.
//! * **A printed figure carries its interval**, and every difference of two carries both.
//! * **Figures are integers.** The floats of the answer are born in [`api::legacy`], those of `/metrics` in
//!   [`api::metrics::page`], and nowhere else, from integers, with their rounding named. Ratios and percentages, which nobody bills, pass as the
//!   panel writes them.
//! * **Every wait has an end**, here and on the node, and a peer that refused us is left alone for minutes.
//! * **A slot on a node is taken until its process is known to be gone**, and a caller that is dropped takes nothing
//!   with it that others need: what runs on a node runs in a task of the pool.
//! * **What others sent cannot panic us**, and nothing that they sent is echoed in an error to callers.
//!
//! # Where to add things
//!
//! | what | where | and one line in |
//! | --- | --- | --- |
//! | a line of the report | its file in [`vstorage`]: type, parser, `Display`, tests | [`vstorage::report`], and a fixture |
//! | a storage source | a file in [`source`] | [`source::StorageSource`], [`reading::Source`], [`reading::Basis`] |
//! | a figure of the panel's stat | the table in [`source::stat_keys`], unit and meaning included | – |
//! | a reason | the list in [`reason`] | the `code` of its error, the README's list |
//! | a field of the answer | its struct in [`api`], [`api::body`] above all: what stands above it is what callers are told of it | – |
//! | a word of a closed list | its `words!`, with its meaning | – |
//! | a problem | [`api::problem::Kind`], [`api::error`] | [`api::operations`], at the routes that give it |
//! | a route | a file in [`api`] | [`api::route`], [`api::operations`] |
//! | a scope of a token | the list in [`api::scope`] | [`api::route`], at the routes that want it |
//! | a metric | the file of its noun in [`api::metrics`] | the README's list |
//! | a stage of a reading | the enum of [`stage`] | where it is tried |
//! | a setting | [`config::tables`] and the file of its room in [`config`] | [`config::keys`], `config.example.toml`, the README's list |
//! | a variable that speaks of a cluster | where its setting is read | [`config::variables`] |
//! | a column of an export | its row in [`sheet`] | the README's list |
//! | a command | a file in [`cli`] | the enum in `cli/mod.rs` |
//! | something that goes wrong | [`sim::fault`] | the server that shows it |

#![cfg_attr(
    not(test),
    warn(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::string_slice
    )
)]

pub mod amount;
pub mod api;
pub mod breaker;
pub mod chain;
pub mod cli;
pub mod clock;
pub mod cluster_name;
pub mod collector;
pub mod condition;
pub mod config;
pub mod digits;
pub mod drift;
pub mod figure;
pub mod headroom;
pub mod hex;
pub mod history;
pub mod keeper;
pub mod lease;
pub mod lock;
pub mod meter;
pub mod panel;
pub mod pause;
pub mod period;
pub mod promql;
pub mod pulse;
pub mod reading;
pub mod reason;
pub mod secret;
pub mod sheet;
pub mod sim;
pub mod source;
pub mod ssh;
pub mod stage;
pub mod statement;
pub mod store;
pub mod unreadable;
pub mod usage;
pub mod vstorage;
pub mod web;
pub mod witness;
pub mod words;

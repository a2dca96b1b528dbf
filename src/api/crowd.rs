//! Who is let in when many come at once: so many connections in all, and so many of one address.
//!
//! ```text
//! a place is free                        served
//! another keeps us waiting for long      that one ends, the new one is served
//! neither                                503 and Retry-After
//! ```
//!
//! Nobody waits before the door: who is not served learns it at once, and can ask again. So clients that fill every
//! place and say nothing keep out nobody. Who has shown a token goes last, and some places are theirs for as long as
//! they like.

use std::{
    collections::{HashMap, VecDeque},
    mem,
    net::IpAddr,
};

use tokio::{
    task::{AbortHandle, Id},
    time::Instant,
};

use crate::api::{
    budget::{Budget, Line},
    network::Network,
    proxies::Proxies,
    standing::{Standing, Who},
};

/// So many connections may stand beside those that are served: half of them are told why they are not, the others have
/// been ended and have not gone yet.
pub const BESIDE: usize = 2 * TOLD_AT_ONCE;
/// So many connections are told at once why they are not served. The next one takes the turn of the one that has not
/// asked for longest.
const TOLD_AT_ONCE: usize = 64;

/// So large a part of all places is kept for clients whose token was accepted: while there are no more of them, none of
/// them gives way to another address.
const KEPT: usize = 4;

/// How many connections there may be.
#[derive(Clone, Debug)]
pub struct Caps {
    /// In all.
    pub total: usize,
    /// Of one address, if it is no proxy's; of a network of IPv6.
    pub per_address: usize,
    /// Behind each of which many callers stand.
    pub proxies: Proxies,
}

impl Default for Caps {
    fn default() -> Caps {
        Caps {
            total: 512,
            per_address: 64,
            proxies: Proxies::default(),
        }
    }
}

/// What becomes of a new connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is served.
    Serve,
    /// It is told why it is not.
    Tell,
}

/// The connections that there are.
#[derive(Debug)]
pub struct Crowd {
    caps: Caps,
    here: HashMap<Id, Held>,
    served: usize,
    /// Those that are told, the oldest first.
    told: VecDeque<AbortHandle>,
    of: HashMap<Network, Of>,
    /// Whether the log has been told of this crowd.
    logged: bool,
    /// How often the log is told of crowds, and of those of one address.
    lines: Budget,
    address_lines: Budget,
}

/// A connection.
#[derive(Debug)]
enum Held {
    Served(Place),
    Told,
    /// It has been ended, and its place given away.
    Leaving,
}

#[derive(Debug)]
struct Place {
    /// Where it is counted; a proxy's is not.
    network: Option<Network>,
    standing: Standing,
    task: AbortHandle,
}

/// The connections of one network.
#[derive(Debug, Default)]
struct Of {
    served: usize,
    logged: bool,
}

impl Crowd {
    /// Nobody yet.
    pub fn new(caps: Caps) -> Crowd {
        Crowd {
            caps,
            here: HashMap::new(),
            served: 0,
            told: VecDeque::new(),
            of: HashMap::new(),
            logged: false,
            lines: Budget::default(),
            address_lines: Budget::default(),
        }
    }

    /// Whether anything can be made of one more connection, be it its end.
    pub fn takes_more(&self) -> bool {
        self.here.len() < self.caps.total.saturating_add(BESIDE)
    }

    /// What becomes of a connection from here. Another one may be ended for it.
    pub fn admit(&mut self, peer: IpAddr) -> Verdict {
        if let Some(network) = self.network(peer)
            && let Some(of) = self.of.get(&network)
            && of.served >= self.caps.per_address
            && !self.makes_room(Some(network))
        {
            self.log_address(network, peer);
            return Verdict::Tell;
        }
        if self.served >= self.caps.total && !self.makes_room(None) {
            if !mem::replace(&mut self.logged, true) && says(&self.lines) {
                let connections = self.caps.total;
                tracing::warn!(connections, "no more connections at once: others get 503");
            }
            return Verdict::Tell;
        }
        Verdict::Serve
    }

    /// One from here is served by this task.
    pub fn serves(&mut self, peer: IpAddr, standing: Standing, task: AbortHandle) {
        let network = self.network(peer);
        self.served += 1;
        if let Some(network) = network {
            self.of.entry(network).or_default().served += 1;
        }
        let place = Place {
            network,
            standing,
            task,
        };
        self.here.insert(place.task.id(), Held::Served(place));
    }

    /// One is told by this task why it is not served. Another one may be ended for it.
    pub fn tells(&mut self, task: AbortHandle) {
        if self.told.len() >= TOLD_AT_ONCE
            && let Some(oldest) = self.told.pop_front()
        {
            oldest.abort();
            self.here.insert(oldest.id(), Held::Leaving);
        }
        self.here.insert(task.id(), Held::Told);
        self.told.push_back(task);
    }

    /// The connection of this task has ended.
    pub fn left(&mut self, task: Id) {
        match self.here.remove(&task) {
            Some(Held::Served(place)) => self.vacates(&place),
            Some(Held::Told) => self.told.retain(|told| told.id() != task),
            Some(Held::Leaving) | None => {}
        }
    }

    fn network(&self, peer: IpAddr) -> Option<Network> {
        (!self.caps.proxies.trusts(peer)).then(|| Network::of(peer))
    }

    /// Ends the connection that can best be missed, of this network or of all; false where none can.
    fn makes_room(&mut self, of: Option<Network>) -> bool {
        let now = Instant::now();
        let keeps_the_known = of.is_none() && self.known() <= self.caps.total / KEPT;
        let claims = self.here.iter().filter_map(|(id, held)| match held {
            Held::Served(place) if of.is_none() || place.network == of => {
                Some((place.standing.claim(now)?, *id))
            }
            _ => None,
        });
        let claims = claims.filter(|(claim, _)| !(keeps_the_known && claim.who == Who::Known));
        let Some((_, id)) = claims.max_by_key(|(claim, _)| *claim) else {
            return false;
        };
        if let Some(Held::Served(place)) = self.here.insert(id, Held::Leaving) {
            place.task.abort();
            self.vacates(&place);
        }
        true
    }

    /// How many of those that are served have shown a token that was accepted.
    fn known(&self) -> usize {
        let known = |held: &&Held| matches!(held, Held::Served(place) if place.standing.is_known());
        self.here.values().filter(known).count()
    }

    fn vacates(&mut self, place: &Place) {
        self.served -= 1;
        if self.served < self.caps.total / 2 {
            self.logged = false;
        }
        if let Some(network) = place.network
            && let Some(of) = self.of.get_mut(&network)
        {
            of.served -= 1;
            if of.served == 0 {
                self.of.remove(&network);
            }
        }
    }

    /// Once, where the budget has a line, until all of its connections have ended.
    fn log_address(&mut self, network: Network, peer: IpAddr) {
        let of = self.of.entry(network).or_default();
        if !mem::replace(&mut of.logged, true) && says(&self.address_lines) {
            let connections = self.caps.per_address;
            tracing::warn!(%peer, connections, "no more connections of this address: others of it get 503");
        }
    }
}

/// Whether the log is told of a crowd. Those that it was not told of are counted with the next one.
fn says(budget: &Budget) -> bool {
    match budget.spend(Instant::now()) {
        Line::Unsaid => return false,
        Line::Said { unsaid: 0 } => {}
        Line::Said { unsaid } => {
            tracing::warn!(
                unsaid,
                "crowds of connections were too many for a line each"
            );
        }
    }
    true
}

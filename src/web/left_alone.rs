//! What a peer refuses while it lets us in: each such thing is left alone by itself, and the others are asked for.

use std::collections::HashMap;

use crate::{
    breaker::Breakers,
    reason::Code,
    web::{
        peer::Peer,
        refusals::{Refusal, Refusals},
    },
};

/// What one peer refuses, by what is asked for: a path, or a query. `Why` is how it was refused.
#[derive(Debug)]
pub struct LeftAlone<Why> {
    peer: Peer,
    breakers: Breakers,
    all: HashMap<String, Refusals<Why>>,
}

impl<Why: Clone> LeftAlone<Why> {
    /// Nothing yet. What is left alone is shown there under the peer and its own name.
    pub fn by(peer: Peer, breakers: Breakers) -> LeftAlone<Why> {
        LeftAlone {
            peer,
            breakers,
            all: HashMap::new(),
        }
    }

    /// The refusal after which it is still too early to ask for this again.
    pub fn standing(&self, what: &str) -> Option<Refusal<Why>> {
        self.all.get(what)?.standing()
    }

    /// Notes that this is refused, by whoever says so first.
    pub fn refuse(&mut self, what: &str, why: Why, code: Code) -> Refusal<Why> {
        let (peer, breakers) = (self.peer, &self.breakers);
        let new = || Refusals::new(&format!("{} {what}", peer.word()), breakers.clone());
        let refusals = self.all.entry(what.to_owned()).or_insert_with(new);
        let standing = refusals.standing();
        standing.unwrap_or_else(|| refusals.refuse(why, code))
    }

    /// Notes that this is answered.
    pub fn accept(&mut self, what: &str) {
        if let Some(mut refusals) = self.all.remove(what) {
            refusals.accept();
        }
    }

    /// Notes that the try behind a pause had no answer.
    pub fn unheard(&mut self, what: &str) {
        if let Some(refusals) = self.all.get_mut(what) {
            refusals.unheard();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn one_thing_is_left_alone_and_the_others_are_not() {
        let breakers = Breakers::default();
        let mut left = LeftAlone::by(Peer::Panel, breakers.clone());
        let first = left.refuse("/license", 401, Code::AuthRefused);
        // Whoever asked at the same time changes nothing.
        let second = left.refuse("/license", 403, Code::PanelStatus);
        assert_eq!((second.why, second.next_try), (401, first.next_try));
        assert!(left.standing("/license").is_some() && left.standing("/overview").is_none());
        left.accept("/overview");
        let shown: Vec<String> = breakers.all().into_iter().map(|(name, _)| name).collect();
        assert_eq!(shown, ["panel /license"]);
        left.accept("/license");
        assert!(left.standing("/license").is_none());
        assert_eq!(breakers.all(), []);
    }
}

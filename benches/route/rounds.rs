//! The rounds: every server has a turn in each, and what two of them did is compared within a round.

use std::time::Duration;

use crate::{
    Failure,
    measured::median,
    server::Server,
    turn::{self, Turn},
};

const ROUNDS: usize = 7;
const A_TURN: Duration = Duration::from_secs(3);
/// Before the first round, for caches and connections.
const WARM_UP: Duration = Duration::from_secs(1);

/// The turns of each server.
pub(crate) struct Rounds<const N: usize>([Turns; N]);

/// The turns of one server, one a round.
pub(crate) struct Turns {
    pub(crate) name: String,
    turns: Vec<Turn>,
}

impl<const N: usize> Rounds<N> {
    /// Lets all of them take their turns, and tells standard error of each.
    pub(crate) fn take(servers: &[Server; N], token: &str) -> Result<Rounds<N>, Failure> {
        let mut all = servers.each_ref().map(|server| Turns {
            name: server.name.clone(),
            turns: Vec::new(),
        });
        for server in servers {
            turn::take(server, token, WARM_UP)?;
        }
        for round in 1..=ROUNDS {
            for (server, turns) in servers.iter().zip(&mut all) {
                let turn = turn::take(server, token, A_TURN)?;
                eprintln!(
                    "route: round {round} of {ROUNDS}: {:>22}: {:>7.0} a second, {:>6.2} µs of CPU each",
                    server.name, turn.per_second, turn.cpu_micros
                );
                turns.turns.push(turn);
            }
        }
        Ok(Rounds(all))
    }

    /// In the order of the servers.
    pub(crate) fn of_each(&self) -> &[Turns; N] {
        &self.0
    }
}

impl Turns {
    /// Answers a second, in the middle turn.
    pub(crate) fn per_second(&self) -> f64 {
        self.middle(|turn| turn.per_second)
    }

    /// CPU time of an answer in µs, in the middle turn.
    pub(crate) fn cpu_micros(&self) -> f64 {
        self.middle(|turn| turn.cpu_micros)
    }

    /// A figure of ours by theirs, in the middle round.
    pub(crate) fn by(&self, theirs: &Turns, figure: impl Fn(&Turn) -> f64) -> f64 {
        let pairs = self.turns.iter().zip(&theirs.turns);
        let ratios: Vec<f64> = pairs
            .map(|(ours, theirs)| figure(ours) / figure(theirs))
            .collect();
        median(&ratios)
    }

    fn middle(&self, figure: impl Fn(&Turn) -> f64) -> f64 {
        median(&self.turns.iter().map(figure).collect::<Vec<_>>())
    }
}

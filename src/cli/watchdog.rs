//! The watchdog of a service: systemd hears of a life that has been proven, and of no other.

use std::time::Duration;

use tokio::time::sleep;

use crate::pulse::Pulse;

/// Asks the loops of the service on behalf of a supervisor that ends it after a silence.
#[derive(Debug)]
pub struct Watchdog {
    pulse: Pulse,
    pause: Duration,
}

impl Watchdog {
    /// For a supervisor that takes a silence of `within` for death. It is told four times in that time.
    pub fn new(pulse: Pulse, within: Duration) -> Watchdog {
        Watchdog {
            pulse,
            pause: within / 4,
        }
    }

    /// Asks every loop, and returns when each of them has answered; never, where one stands still.
    pub async fn life(&self) {
        self.pulse.ask();
        let mut told = false;
        loop {
            sleep(self.pause).await;
            let silent = self.pulse.silent();
            if silent.is_empty() {
                return;
            }
            if !told {
                told = true;
                tracing::warn!(
                    silent = silent.join(", "),
                    "a part of the service does not answer; if that lasts, the watchdog ends it"
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{Instant, timeout};

    use super::*;

    const WITHIN: Duration = Duration::from_secs(30);

    #[tokio::test(start_paused = true)]
    async fn a_service_whose_loops_answer_is_told_of_four_times_in_the_time() {
        let mut pulse = Pulse::default();
        let mut beat = pulse.beat("a collector");
        let answering = tokio::spawn(async move {
            loop {
                beat.answer().await;
            }
        });
        let (watchdog, begun) = (Watchdog::new(pulse, WITHIN), Instant::now());
        for _ in 0..4 {
            watchdog.life().await;
        }
        // The timer counts in whole milliseconds.
        assert!(begun.elapsed() < WITHIN + Duration::from_millis(10));
        answering.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn one_loop_that_hangs_among_others_silences_the_service() {
        let mut pulse = Pulse::default();
        let (mut lives, mut hangs) = (pulse.beat("HTTP"), pulse.beat("a collector"));
        let answering = tokio::spawn(async move {
            loop {
                lives.answer().await;
            }
        });
        let watchdog = Watchdog::new(pulse, WITHIN);
        timeout(10 * WITHIN, watchdog.life()).await.unwrap_err();
        // It only was slow: the next question is answered.
        let answering_too = tokio::spawn(async move {
            loop {
                hangs.answer().await;
            }
        });
        timeout(WITHIN, watchdog.life()).await.unwrap();
        answering.abort();
        answering_too.abort();
    }
}

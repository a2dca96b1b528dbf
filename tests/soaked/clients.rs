//! Who asks a service: good callers, and those who stall, talk nonsense, leave, come in crowds, or show a wrong token.

use std::{
    io::{self, Read, Write},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread::sleep,
    time::{Duration, SystemTime},
};

use fastrand::Rng;

use crate::{
    judge::Judge,
    line::{self, Answer, Line, Place},
    site::TOKEN,
};

const USAGE: &[&str] = &[
    "/api/v1/cluster/usage",
    "/api/v1/usage/cluster",
    "/api/v1/clusters/cluster1/usage",
    "/api/v1/cluster/usage?require=complete",
];
const OTHERS: &[&str] = &[
    "/health",
    "/ready",
    "/api/v1/clusters",
    "/api/v1/clusters/cluster1/raw",
    "/api/v1/clusters/nobody/usage",
    "/api/v1/openapi.json",
    "/nowhere",
];
/// As many as may come at once and still be let in beside the others.
const CROWD: usize = 40;

/// A client of one service.
pub(crate) struct Client<'a> {
    pub(crate) place: &'a Place,
    pub(crate) judge: &'a Judge,
    pub(crate) rng: Rng,
    pub(crate) asked: &'a Asked,
    pub(crate) kept: Option<Box<dyn Line>>,
}

/// How often was asked, and how often no answer came.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) answered: AtomicU64,
    pub(crate) unanswered: AtomicU64,
}

impl Client<'_> {
    /// Does one thing after the other until it is over; what is wrong with an answer.
    pub(crate) fn goes_on(mut self, over: &AtomicBool) -> Result<(), String> {
        while !over.load(Ordering::SeqCst) {
            self.once()?;
            sleep(Duration::from_millis(self.rng.u64(0..60)));
        }
        Ok(())
    }

    fn once(&mut self) -> Result<(), String> {
        match self.rng.u32(0..100) {
            0..55 => self.usage(),
            55..65 => self.metrics(),
            65..73 => self.other(),
            73..80 => self.stranger(),
            // What these do gets no answer that is looked at.
            80..86 => self.without_answer(Client::stalls),
            86..91 => self.without_answer(Client::talks_nonsense),
            91..96 => self.without_answer(Client::leaves),
            _ => self.crowd(),
        }
    }

    /// The usage, and whether its figures had been read.
    pub(crate) fn usage(&mut self) -> Result<(), String> {
        let path = self.rng.choice(USAGE).copied().unwrap_or("/");
        let asked = SystemTime::now();
        let Some(answer) = self.ask(path, TOKEN) else {
            return Ok(());
        };
        self.judge
            .usage(asked, &answer)
            .map_err(|why| told(path, &why, &answer))
    }

    fn metrics(&mut self) -> Result<(), String> {
        let asked = SystemTime::now();
        let Some(answer) = self.ask("/metrics", TOKEN) else {
            return Ok(());
        };
        let judged = match answer.status {
            200 => self.judge.metrics(asked, &answer.body),
            503 => Ok(()),
            status => Err(format!("status {status}")),
        };
        judged.map_err(|why| told("/metrics", &why, &answer))
    }

    fn other(&mut self) -> Result<(), String> {
        let path = self.rng.choice(OTHERS).copied().unwrap_or("/");
        let Some(answer) = self.ask(path, TOKEN) else {
            return Ok(());
        };
        let may: &[u16] = match path {
            "/nowhere" | "/api/v1/clusters/nobody/usage" => &[404, 503],
            _ => &[200, 503],
        };
        match may.contains(&answer.status) {
            true => Ok(()),
            false => Err(told(path, "an odd status", &answer)),
        }
    }

    /// With a wrong token, or one that is cut short.
    fn stranger(&mut self) -> Result<(), String> {
        let token = ["wrong", &TOKEN[1..], &TOKEN[..TOKEN.len() - 1], ""];
        let token = self.rng.choice(token).unwrap_or("");
        let path = self
            .rng
            .choice(["/metrics", USAGE[0], OTHERS[3]])
            .unwrap_or("/metrics");
        match self.ask(path, token) {
            Some(answer) if !matches!(answer.status, 401 | 503) => {
                Err(told(path, "a stranger was let in", &answer))
            }
            _ => Ok(()),
        }
    }

    /// Begins a request and does not go on.
    fn stalls(&mut self) -> io::Result<()> {
        let mut line = self.place.connect()?;
        let begun = &b"GET /health HTTP/1.1\r\nHost: a\r\nX: "[..];
        line.write_all(&begun[..self.rng.usize(1..begun.len())])?;
        line.flush()?;
        sleep(Duration::from_millis(self.rng.u64(0..1_500)));
        Ok(())
    }

    /// Bytes by chance, or TLS where none is spoken, and the other way round.
    fn talks_nonsense(&mut self) -> io::Result<()> {
        let mut bytes = vec![0; self.rng.usize(1..4_000)];
        self.rng.fill(&mut bytes);
        match self.rng.u32(0..3) {
            0 => bytes = b"GET /api/v1/cluster/usage HTTP/1.1\r\nHost: a\r\n\r\n".to_vec(),
            1 => bytes.splice(0..0, [0x16, 3, 1, 2, 0, 1]).for_each(drop),
            _ => {}
        }
        let mut line = self.place.bare()?;
        line.set_read_timeout(Some(Duration::from_secs(1)))?;
        line.write_all(&bytes)?;
        line.read(&mut [0; 64]).map(|_| ())
    }

    /// Asks for much and leaves in the middle of the answer.
    fn leaves(&mut self) -> io::Result<()> {
        let mut line = self.place.connect()?;
        let request = format!(
            "GET /api/v1/openapi.json HTTP/1.1\r\nHost: a\r\n\r\nGET /metrics HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
        );
        line.write_all(request.as_bytes())?;
        line.flush()?;
        let mut piece = vec![0; self.rng.usize(1..2_000)];
        line.read(&mut piece).map(|_| ())
    }

    /// Many at once, and an answer for each that finds a place.
    fn crowd(&mut self) -> Result<(), String> {
        let lines: Vec<_> = (0..CROWD)
            .filter_map(|_| self.place.connect().ok())
            .collect();
        for line in lines {
            self.kept = Some(line);
            self.usage()?;
        }
        self.kept = None;
        Ok(())
    }

    /// Nobody waits for the end of it, and the service may break it off.
    fn without_answer(
        &mut self,
        does: impl FnOnce(&mut Self) -> io::Result<()>,
    ) -> Result<(), String> {
        drop(does(self));
        Ok(())
    }

    /// The answer to a good request; `None` where none came.
    pub(crate) fn asks(&mut self, path: &str) -> Option<Answer> {
        self.ask(path, TOKEN)
    }

    /// One request, over the line that is there or over a new one; `None` where no answer came.
    fn ask(&mut self, path: &str, token: &str) -> Option<Answer> {
        let kept = self.kept.take().filter(|_| self.rng.u32(0..4) > 0);
        let line = kept.map_or_else(|| self.place.connect(), Ok);
        let answer = line.and_then(|mut line| Ok((line::ask(&mut *line, path, token)?, line)));
        match answer {
            Ok((answer, line)) => {
                self.asked.answered.fetch_add(1, Ordering::Relaxed);
                self.kept = Some(line);
                Some(answer)
            }
            Err(_) => {
                // The service may close a line that was kept, and one that finds no place.
                self.asked.unanswered.fetch_add(1, Ordering::Relaxed);
                None
            }
        }
    }
}

fn told(path: &str, why: &str, answer: &Answer) -> String {
    format!("{path}: {why}\nstatus {}\n{}", answer.status, answer.body)
}

//! An HTTP client as bare as it comes: one request, one connection.

use std::{
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(20);

/// What was answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Answer {
    /// A header, by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().filter_map(|line| line.split_once(": "));
        fields
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// Head and body.
    pub(crate) fn said(&self) -> String {
        format!("{}\n{}", self.head, self.body)
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Asks for a path, with a token or without.
#[track_caller]
pub(crate) fn get(address: SocketAddr, path: &str, token: Option<&str>) -> Answer {
    answer(address, "GET", path, token)
}

/// The body of a good answer; `None` where nobody answers, or not to the end.
pub(crate) fn try_get(address: SocketAddr, path: &str, token: &str) -> Option<String> {
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n"
    );
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    head.starts_with("HTTP/1.1 200").then(|| body.to_owned())
}

/// The same with another method.
#[track_caller]
pub(crate) fn send(address: SocketAddr, method: &str, path: &str, token: &str) -> Answer {
    answer(address, method, path, Some(token))
}

#[track_caller]
fn answer(address: SocketAddr, method: &str, path: &str, token: Option<&str>) -> Answer {
    let authorization = token.map(|token| format!("Authorization: Bearer {token}\r\n"));
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{}\r\n",
        authorization.unwrap_or_default()
    );
    let mut stream = connect(address);
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    // What a node printed is served as it came, which need not be UTF-8.
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let status = head.split(' ').nth(1).expect("a status");
    Answer {
        status: status.parse().unwrap(),
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

/// A client that has its answer and stays, its connection open and idle.
#[track_caller]
pub(crate) fn idle_client(address: SocketAddr) -> TcpStream {
    let mut stream = connect(address);
    let request = format!("GET /health HTTP/1.1\r\nHost: {address}\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut piece = [0; 1024];
    assert!(stream.read(&mut piece).unwrap() > 0);
    stream
}

/// A client that has asked for a path so many times, and has taken nothing of the answers yet.
#[track_caller]
pub(crate) fn asking(address: SocketAddr, path: &str, token: &str, times: usize) -> TcpStream {
    let mut stream = connect(address);
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\r\n");
    stream.write_all(request.repeat(times).as_bytes()).unwrap();
    stream
}

/// A client that has said half of what it wants, and says no more.
#[track_caller]
pub(crate) fn unfinished_client(address: SocketAddr) -> TcpStream {
    let mut stream = connect(address);
    stream.write_all(b"GET /health HTTP/1.1\r\nHost:").unwrap();
    stream
}

/// A client that asks again and again over one connection.
pub(crate) struct Kept(TcpStream);

impl Kept {
    #[track_caller]
    pub(crate) fn new(address: SocketAddr) -> Kept {
        Kept(connect(address))
    }

    /// The status of the answer, whose body is read to its end.
    #[track_caller]
    pub(crate) fn get(&mut self, path: &str, token: &str) -> u16 {
        self.ask(path, &format!("Authorization: Bearer {token}\r\n"))
    }

    /// The same behind a proxy, which was asked from there.
    #[track_caller]
    pub(crate) fn get_for(&mut self, caller: &str, path: &str, token: &str) -> u16 {
        let headers = format!("Authorization: Bearer {token}\r\nX-Forwarded-For: {caller}\r\n");
        self.ask(path, &headers)
    }

    #[track_caller]
    fn ask(&mut self, path: &str, headers: &str) -> u16 {
        let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\n{headers}\r\n");
        self.0.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        let mut piece = [0; 16 * 1024];
        loop {
            let count = self.0.read(&mut piece).unwrap();
            assert!(count > 0, "the connection was closed");
            answer.extend_from_slice(&piece[..count]);
            let text = String::from_utf8_lossy(&answer);
            let Some((head, body)) = text.split_once("\r\n\r\n") else {
                continue;
            };
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .expect("a length");
            if body.len() == length.parse::<usize>().unwrap() {
                return head.split(' ').nth(1).unwrap().parse().unwrap();
            }
        }
    }
}

#[track_caller]
fn connect(address: SocketAddr) -> TcpStream {
    let stream = match TcpStream::connect_timeout(&address, PATIENCE) {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
            panic!("nobody listens at {address}")
        }
        connected => connected.unwrap(),
    };
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

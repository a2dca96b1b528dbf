//! An answer, fetched once from each server: the peers repeat the first one of ours, and all bodies are to be the same.

use std::{
    fs,
    io::{self, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rustls::{ClientConnection, StreamOwned, pki_types::ServerName};

use crate::{Failure, server::Server};

const PATIENCE: Duration = Duration::from_secs(5);
/// What each server says by itself.
const BY_ITSELF: [&str; 3] = ["connection", "content-length", "date"];

/// What was answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Without those that every server adds by itself.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// Asks for a path, with a token.
pub(crate) fn get(server: &Server, path: &str, token: &str) -> Result<Answer, Failure> {
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n",
        server.address
    );
    let asked = || {
        let mut stream = TcpStream::connect(server.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let answer = match &server.tls {
            None => exchange(&mut stream, &request)?,
            Some(tls) => {
                let name = ServerName::from(server.address.ip());
                let client = ClientConnection::new(Arc::clone(tls), name);
                let client = client.map_err(io::Error::other)?;
                exchange(&mut StreamOwned::new(client, stream), &request)?
            }
        };
        Answer::read(&answer).ok_or_else(|| io::Error::other("no answer that can be read"))
    };
    asked().map_err(|error| format!("{}: {error}{}", server.name, server.said()).into())
}

fn exchange(stream: &mut (impl Read + Write), request: &str) -> io::Result<Vec<u8>> {
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}

impl Answer {
    fn read(answer: &[u8]) -> Option<Answer> {
        let blank = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
        let (head, body) = answer.split_at(blank + 4);
        let mut lines = std::str::from_utf8(head).ok()?.lines();
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .filter(|(name, _)| !BY_ITSELF.contains(&name.as_str()));
        Some(Answer {
            status,
            headers: headers.collect(),
            body: body.to_owned(),
        })
    }

    /// Where this body differs from ours, if it does.
    pub(crate) fn first_difference(&self, body: &[u8]) -> Option<usize> {
        let mut pairs = self.body.iter().zip(body);
        let differ = pairs.position(|(ours, theirs)| ours != theirs);
        let shorter = self.body.len().min(body.len());
        differ.or_else(|| (self.body.len() != body.len()).then_some(shorter))
    }

    /// For the peers.
    pub(crate) fn save(&self, folder: &Path) -> io::Result<()> {
        let lines: Vec<String> = self
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\n"))
            .collect();
        fs::write(headers_file(folder), lines.concat())?;
        fs::write(body_file(folder), &self.body)
    }

    /// What was saved.
    pub(crate) fn saved(folder: &Path) -> io::Result<Answer> {
        let lines = fs::read_to_string(headers_file(folder))?;
        let headers = lines.lines().filter_map(|line| line.split_once(": "));
        Ok(Answer {
            status: 200,
            headers: headers
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            body: fs::read(body_file(folder))?,
        })
    }
}

/// The headers, one a line.
pub(crate) fn headers_file(folder: &Path) -> PathBuf {
    folder.join("headers")
}

/// The bytes of the body.
pub(crate) fn body_file(folder: &Path) -> PathBuf {
    folder.join("body.json")
}

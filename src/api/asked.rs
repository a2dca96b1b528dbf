//! What a request asks for: all that the routes look at, taken once, before any of them decides.

use std::{
    convert::Infallible,
    future::ready,
    net::{IpAddr, Ipv4Addr},
};

use warp::{
    Filter,
    http::{
        HeaderMap, Method,
        header::{AUTHORIZATION, CONTENT_LENGTH, Entry, TRANSFER_ENCODING},
    },
    path::FullPath,
};

use crate::api::{connection::Peer, error::ApiError, route::Methods, standing::Standing};

/// One more than any route has.
const SEGMENTS: usize = 8;

/// A request without its body, which no route reads.
#[derive(Debug)]
pub struct Asked {
    /// How is asked.
    pub method: Method,
    path: FullPath,
    /// What follows `?`; empty where nothing does.
    pub query: String,
    /// As they came.
    pub headers: HeaderMap,
    /// Where the request comes from: the other side of its connection, until the proxies have been asked.
    pub address: IpAddr,
    /// Of the connection that it came by; absent where it came by none.
    pub standing: Option<Standing>,
}

/// Of every request; it refuses none.
pub fn asked() -> impl Filter<Extract = (Asked,), Error = Infallible> + Copy {
    let query = warp::query::raw().or_else(|_| ready(Ok::<_, Infallible>((String::new(),))));
    warp::method()
        .and(warp::path::full())
        .and(query)
        .and(warp::header::headers_cloned())
        .and(warp::ext::optional())
        .and(warp::ext::optional())
        .map(
            |method, path, query, headers, peer: Option<Peer>, standing| Asked {
                method,
                path,
                query,
                headers: sealed(headers),
                address: peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip()),
                standing,
            },
        )
}

/// The headers, of which that with the token prints as `Sensitive` from now on.
fn sealed(mut headers: HeaderMap) -> HeaderMap {
    if let Entry::Occupied(mut shown) = headers.entry(AUTHORIZATION) {
        shown.iter_mut().for_each(|it| it.set_sensitive(true));
    }
    headers
}

impl Asked {
    /// The path in its segments.
    pub fn segments(&self) -> Segments<'_> {
        Segments::of(self.path.as_str())
    }

    /// Whether a body follows, or what is told of one cannot be relied on.
    pub fn announces_a_body(&self) -> bool {
        let length = self.headers.get(CONTENT_LENGTH);
        length.is_some_and(|length| length != "0") || self.headers.contains_key(TRANSFER_ENCODING)
    }

    /// With one of the methods that the path takes.
    ///
    /// # Errors
    /// `MethodNotAllowed`.
    pub fn is_asked_by(&self, methods: Methods) -> Result<(), ApiError> {
        let allowed = match methods {
            Methods::Read => matches!(self.method, Method::GET | Method::HEAD),
            Methods::Write => self.method == Method::POST,
        };
        match allowed {
            true => Ok(()),
            false => Err(ApiError::MethodNotAllowed(methods)),
        }
    }
}

/// A path in its segments; one `/` at its end means nothing. Of a path that is longer than any route the last
/// segment holds all the rest.
#[derive(Clone, Copy, Debug)]
pub struct Segments<'a> {
    all: [&'a str; SEGMENTS],
    count: usize,
}

impl<'a> Segments<'a> {
    fn of(path: &'a str) -> Segments<'a> {
        let path = path.strip_prefix('/').unwrap_or(path);
        let path = path.strip_suffix('/').unwrap_or(path);
        let mut segments = Segments {
            all: [""; SEGMENTS],
            count: 0,
        };
        for (place, segment) in segments.all.iter_mut().zip(path.splitn(SEGMENTS, '/')) {
            *place = segment;
            segments.count += 1;
        }
        segments
    }

    /// To be matched.
    pub fn as_slice(&self) -> &[&'a str] {
        self.all.get(..self.count).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn has(path: &str, expected: &[&str]) {
        assert_eq!(Segments::of(path).as_slice(), expected, "{path}");
    }

    #[test]
    fn a_request_does_not_print_what_it_shows() {
        let mut headers = HeaderMap::new();
        for word in ["Bearer canary", "Basic canary"] {
            headers.append(AUTHORIZATION, word.parse().expect("a header"));
        }
        let printed = format!("{:?}", sealed(headers));
        assert_eq!(printed.matches("Sensitive").count(), 2, "{printed}");
    }

    #[test]
    fn one_slash_at_the_end_means_nothing_and_no_other_is_lost() {
        has("/health", &["health"]);
        has("/health/", &["health"]);
        has("/health//", &["health", ""]);
        has("//health", &["", "health"]);
        has(
            "/a/b/c/d/e/f/g/h",
            &["a", "b", "c", "d", "e", "f", "g", "h"],
        );
        for path in ["", "/", "//"] {
            has(path, &[""]);
        }
    }

    #[test]
    fn a_path_longer_than_any_route_keeps_its_beginning() {
        let kept = ["a", "b", "c", "d", "e", "f", "g", "h/i"];
        has("/a/b/c/d/e/f/g/h/i", &kept);
    }
}

//! The bounds of the edge as the settings file sets them, on the running service.

use std::fs;

use crate::{
    http::{self, Kept},
    site::{Service, Site, TOKEN},
};

const USAGE: &str = "/api/v1/cluster/usage";

/// With these keys in `[api]`.
#[track_caller]
fn serve(site: &Site, api: &str) -> Service {
    let path = site.toml("", "");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("[api]\n", &format!("[api]\n{api}\n"))).unwrap();
    site.serve(&path)
}

/// Clients that have shown a token and stay, as many as are served.
#[track_caller]
fn staying(service: &Service, count: usize) -> Vec<Kept> {
    let mut clients = Vec::new();
    for _ in 0..count {
        let mut client = Kept::new(service.address);
        assert_eq!(client.get(USAGE, TOKEN), 200);
        clients.push(client);
    }
    clients
}

#[test]
fn each_caller_behind_a_trusted_proxy_has_a_limit_of_its_own() {
    let site = Site::new();
    let limit = "rate_limit_rps = 1\nrate_limit_burst = 2";
    let service = serve(
        &site,
        &format!("trusted_proxies = [\"127.0.0.1\"]\n{limit}"),
    );
    let mut proxy = Kept::new(service.address);
    let mut seen = |caller: &str| {
        (0..9)
            .map(|_| proxy.get_for(caller, USAGE, TOKEN))
            .collect()
    };
    for caller in ["198.51.100.7", "198.51.100.8"] {
        let seen: Vec<u16> = seen(caller);
        assert_eq!(seen[..2], [200, 200], "{caller}");
        assert!(seen.contains(&429), "{caller}: {seen:?}");
    }
    service.stop();

    // Nobody is believed who is no proxy of ours.
    let service = serve(&site, limit);
    let mut client = Kept::new(service.address);
    let mut seen = Vec::new();
    for last in 1..10 {
        seen.push(client.get_for(&format!("198.51.100.{last}"), USAGE, TOKEN));
    }
    assert!(seen.contains(&429), "{seen:?}");
    service.stop();
}

#[test]
fn a_token_has_a_limit_wherever_it_is_shown() {
    let site = Site::new();
    let limit = "token_rate_limit_rps = 1\ntoken_rate_limit_burst = 2";
    let service = serve(
        &site,
        &format!("trusted_proxies = [\"127.0.0.1\"]\n{limit}"),
    );
    let mut proxy = Kept::new(service.address);
    let mut seen = Vec::new();
    for last in 1..10 {
        seen.push(proxy.get_for(&format!("198.51.100.{last}"), USAGE, TOKEN));
    }
    assert_eq!(seen[..2], [200, 200]);
    assert!(seen.contains(&429), "{seen:?}");
    service.stop();
}

#[test]
fn no_more_connections_are_served_than_the_settings_say() {
    let site = Site::new();
    for most in ["max_connections = 2", "max_connections_per_address = 2"] {
        let service = serve(&site, most);
        let staying = staying(&service, 2);
        assert_eq!(
            http::get(service.address, "/health", None).status,
            503,
            "{most}"
        );
        drop(staying);
        service.becomes_ready(std::time::Duration::from_secs(20));
        service.stop();
    }
}

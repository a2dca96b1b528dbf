//! A node whose host key is not the expected one.

use crate::{
    common::Site,
    nodes::{check, mask},
    place::Place,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_fingerprint() {
    let (site, other) = (Site::new(1).await, Site::new(1).await);
    let place = Place::connected(&site.simulator);
    let (name, _) = site.nodes()[0].known_hosts.split_once(' ').unwrap();
    let (_, key) = other.nodes()[0].known_hosts.split_once(' ').unwrap();
    place.write("known_hosts", &format!("{name} {key}\n"));
    let mask = mask(&site, &place).of(&other.nodes()[0].fingerprint, "SHA256:EXPECTED");
    mask.ends(
        &check(&place),
        3,
        "cluster1: NODE: the host key is not trusted, so the node is left alone until that is mended: FOLDER/known_hosts line 1 expects SHA256:EXPECTED, and it shows ssh-ed25519 SHA256:SHOWN: compare that with `ssh-keygen -lf` on the node's console; if it is the node's, `vhi-usage trust ssh HOST:PORT` shows the line that pins it, and if not, somebody is in between",
    );
    let known = place.file("known_hosts").display().to_string();
    let pin = format!("host_key_sha256 = {:?}", other.nodes()[0].fingerprint);
    let settings = place.read("site.toml");
    place.write(
        "site.toml",
        &settings.replace(&format!("known_hosts_file = {known:?}"), &pin),
    );
    mask.ends(
        &check(&place),
        3,
        "cluster1: NODE: the host key is not trusted, so the node is left alone until that is mended: host_key_sha256 expects SHA256:EXPECTED, and it shows ssh-ed25519 SHA256:SHOWN: compare that with `ssh-keygen -lf` on the node's console; if it is the node's, `vhi-usage trust ssh HOST:PORT` shows the line that pins it, and if not, somebody is in between",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_host() {
    let site = Site::new(1).await;
    let place = Place::connected(&site.simulator);
    place.write("known_hosts", "# nobody yet\n");
    mask(&site, &place).ends(
        &check(&place),
        3,
        "cluster1: NODE: the host key is not trusted, so the node is left alone until that is mended: it shows ssh-ed25519 SHA256:SHOWN, and no line of FOLDER/known_hosts is for it: compare that with `ssh-keygen -lf` on the node's console, then add the line that `vhi-usage trust ssh HOST:PORT` prints",
    );
    let revoked = format!("@revoked {}\n", site.nodes()[0].known_hosts);
    place.write("known_hosts", &revoked);
    mask(&site, &place).ends(
        &check(&place),
        3,
        "cluster1: NODE: the host key is not trusted, so the node is left alone until that is mended: FOLDER/known_hosts line 1 revokes SHA256:SHOWN, which it shows: give the node a new host key, and its line to the file",
    );
}

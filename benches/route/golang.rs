//! Go's net/http with encoding/json, as the service before was written: see `peer.go`.

use std::{path::Path, process::Command};

use crate::{
    Failure, answer,
    server::{Server, free_address},
};

/// Compiles the peer and starts it.
pub(crate) fn start(folder: &Path, token: &str) -> Result<Server, Failure> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/route/peer.go");
    let program = folder.join("peer");
    let compiled = Command::new("go")
        .args(["build", "-o"])
        .args([&program, &source])
        // Debian's Go and its library alone: nothing is fetched.
        .envs([
            ("GO111MODULE", "off"),
            ("GOFLAGS", ""),
            ("GOPROXY", "off"),
            ("GOTOOLCHAIN", "local"),
        ])
        .env("GOPATH", folder.join("go"))
        .env("GOCACHE", folder.join("go-cache"))
        .output()
        .map_err(|error| format!("go cannot be started: {error}"))?;
    if !compiled.status.success() {
        let said = String::from_utf8_lossy(&compiled.stderr);
        return Err(format!("peer.go cannot be compiled: {}", said.trim()).into());
    }
    let address = free_address()?;
    let mut command = Command::new(program);
    command.arg(address.to_string());
    command.args([answer::headers_file(folder), answer::body_file(folder)]);
    command.env("GOMAXPROCS", "1").env("TOKEN", token);
    Server::start("Go net/http", folder, address, &command)
}

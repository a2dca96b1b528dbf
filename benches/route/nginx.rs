//! nginx at its best for small bodies: from its settings, and from a file without `sendfile`.

use std::{fs, net::SocketAddr, path::Path, process::Command};

use crate::{
    Failure,
    answer::{self, Answer},
    server::{Server, free_address},
    site::USAGE,
};

/// The body stands in the settings.
pub(crate) fn with_return(folder: &Path, told: &Answer) -> Result<Server, Failure> {
    let body = std::str::from_utf8(&told.body)?;
    start(
        folder,
        "nginx `return`",
        told,
        &format!("return 200 {};", quoted(body)),
    )
}

/// The body stands in a file, which stays open.
pub(crate) fn with_file(folder: &Path, told: &Answer) -> Result<Server, Failure> {
    let file = answer::body_file(folder);
    let place = format!(
        "alias {}; sendfile off; etag off; max_ranges 0; add_header Last-Modified \"\"; open_file_cache max=8 inactive=1h; open_file_cache_valid 1h;",
        quoted(&file.display().to_string())
    );
    start(folder, "nginx with a file", told, &place)
}

fn start(folder: &Path, name: &str, told: &Answer, place: &str) -> Result<Server, Failure> {
    let address = free_address()?;
    let own = folder.join(name.replace([' ', '`'], "-"));
    fs::create_dir(&own)?;
    let file = own.join("nginx.conf");
    fs::write(&file, settings(&own, address, told, place))?;
    let mut command = Command::new("nginx");
    // Without it nginx complains of a log that it does not need.
    command.args(["-e", "stderr"]);
    command.arg("-p").arg(&own).arg("-c").arg(&file);
    Server::start(name, folder, address, &command)
}

/// One process, which answers each of the connections as long as it likes.
fn settings(own: &Path, address: SocketAddr, told: &Answer, place: &str) -> String {
    let mut kind = "application/json";
    let mut headers = String::new();
    for (name, value) in &told.headers {
        match name.as_str() {
            "content-type" => kind = value,
            _ => headers += &format!("add_header {name} {};\n", quoted(value)),
        }
    }
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .iter()
        .map(|what| format!("{what}_temp_path {};\n", quoted(&own.display().to_string())))
        .collect();
    format!(
        "daemon off; master_process off; worker_processes 1; pid {pid}; error_log stderr warn;\n\
         events {{ worker_connections 512; multi_accept on; }}\n\
         http {{\n\
         {temporary}\
         access_log off; server_tokens off; keepalive_requests 1000000000; keepalive_timeout 1h;\n\
         server {{\n\
         listen {address};\n\
         location = {USAGE} {{\n\
         default_type {kind};\n\
         {headers}\
         {place}\n\
         }}\n}}\n}}\n",
        pid = quoted(&own.join("pid").display().to_string()),
        kind = quoted(kind),
    )
}

/// A word of nginx's settings, whatever it holds but `$`, which begins a variable.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\\', "\\\\").replace('\'', "\\'"))
}

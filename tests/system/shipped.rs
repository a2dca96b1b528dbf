//! The lines that deploy/ ships for the node, before a real OpenSSH server and in the words that the service sends.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    process::{Command, Output, Stdio},
};

use crate::{
    site::{Site, text},
    sshd::user,
    tool::REPORT,
};

/// Where the tool stands in them.
const TOOL: &str = "/usr/bin/vstorage";
/// Whence the service may come, in them.
const FROM: &str = "from=\"192.0.2.10\"";

/// The one line of a file of deploy/ that is not for people.
#[track_caller]
fn line(file: &str) -> String {
    let path = format!("{}/deploy/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(path).unwrap();
    let mut lines = text.lines().filter(|line| !line.starts_with('#'));
    let line = lines.next().expect("a line").to_owned();
    assert_eq!(lines.next(), None, "one line");
    line
}

/// The line for this site's key and tool, as an operator fills it in.
#[track_caller]
fn authorized(site: &Site, from: &str) -> String {
    let line = line("authorized_keys.example");
    let (options, _) = line.split_once(" ssh-ed25519 ").expect("a key");
    for word in [TOOL, FROM] {
        assert!(options.contains(word), "{options}");
    }
    let options = options.replace(TOOL, text(&site.tool.path()));
    let options = options.replace(FROM, from);
    format!("{options} {}\n", site.user_key.public)
}

/// OpenSSH's own client with the service's key.
#[track_caller]
fn ssh(site: &Site, more: &[&str]) -> Output {
    let address = site.nodes[0].address;
    let mut ssh = Command::new("ssh");
    ssh.args(["-F", "none", "-T", "-o", "BatchMode=yes", "-o"])
        .arg(format!(
            "UserKnownHostsFile={}",
            text(&site.path("known_hosts"))
        ))
        .arg("-i")
        .arg(&site.user_key.file)
        .args(["-p", &address.port().to_string()])
        .arg(format!("{}@{}", user(), address.ip()))
        .args(more);
    ssh.stdin(Stdio::null());
    ssh.output()
        .expect("ssh runs: tests/run installs it where it is missing")
}

#[test]
fn the_shipped_line_of_authorized_keys_runs_the_one_command_whatever_is_asked_for() {
    let mut site = Site::new();
    let line = authorized(&site, "from=\"127.0.0.1\"");
    site.node().authorize(&[line]);
    let ended = site.check(&site.toml("", ""), &[]);
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
    let secret = site.write("another-file", "nobody sees this");
    for asked in [&["cat", text(&secret)][..], &["sh", "-i"], &[]] {
        let output = ssh(&site, asked);
        assert!(output.status.success(), "{output:?}");
        assert_eq!(String::from_utf8_lossy(&output.stdout), REPORT, "{asked:?}");
    }
    // A subsystem is a command, too.
    let output = ssh(&site, &["-s", "sftp"]);
    assert!(!String::from_utf8_lossy(&output.stdout).contains("nobody"));
}

#[test]
fn the_shipped_line_opens_no_way_through_the_node() {
    let mut site = Site::new();
    let line = authorized(&site, "from=\"127.0.0.1\"");
    site.node().authorize(&[line]);
    let beyond = site.node().address.to_string();
    let output = ssh(&site, &["-W", &beyond]);
    assert!(!output.status.success(), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("administratively prohibited"), "{said}");
}

#[test]
fn the_shipped_line_lets_nobody_in_from_another_address() {
    let mut site = Site::new();
    let line = authorized(&site, FROM);
    site.node().authorize(&[line]);
    let ended = site.check(&site.toml("", ""), &[]);
    assert_eq!(ended.code, Some(3), "{}{}", ended.stdout, ended.stderr);
    assert_eq!(site.tool.calls(), 0);
}

#[test]
fn what_the_service_asks_of_sudo_is_what_the_shipped_sudoers_allow() {
    let site = Site::new();
    let line = line("sudoers.example");
    let (who, allowed) = line.split_once(" NOPASSWD: ").expect("a command");
    assert_eq!(who, "vhi-usage ALL=(root)");
    // A stand-in for sudo that writes down what it is asked for, and does it.
    let folder = site.path("bin");
    fs::create_dir(&folder).unwrap();
    let asked = site.path("asked");
    let script = format!(
        "#!/bin/sh\necho \"$LC_ALL $*\" >>'{}'\n[ \"$1\" = -n ] || exit 1\nshift\nexec \"$@\"\n",
        text(&asked)
    );
    let sudo = folder.join("sudo");
    fs::write(&sudo, script).unwrap();
    fs::set_permissions(&sudo, fs::Permissions::from_mode(0o755)).unwrap();
    let tool = site.tool.path();
    let command = format!("{} -n timeout -k 1 20 {}", text(&sudo), text(&tool));
    let toml = site.toml("", "");
    let settings = fs::read_to_string(&toml).unwrap();
    let own = format!("command = {tool:?}");
    assert!(settings.contains(&own), "{settings}");
    site.write(
        "vhi-usage.toml",
        &settings.replace(&own, &format!("command = {command:?}")),
    );
    let ended = site.check(&toml, &[]);
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
    let asked = fs::read_to_string(asked).unwrap();
    let asked = asked.replace(text(&tool), TOOL);
    // sudo finds the one on the path, and holds that against its list.
    let words = allowed.strip_prefix("/usr/bin/").expect("a whole path");
    assert_eq!(asked, format!("C -n {words}\n"));
}

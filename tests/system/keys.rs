//! Keys made by OpenSSH's own tool.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

/// The passphrase of keys that have one.
pub(crate) const PASSPHRASE: &str = "canary-of-the-passphrase";

/// A key pair in files, the private half as OpenSSH wants it.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) file: PathBuf,
    /// `ssh-ed25519 AAAA…`
    pub(crate) public: String,
}

/// Makes a key of a type that `ssh-keygen -t` knows, with further arguments.
#[track_caller]
pub(crate) fn make(folder: &Path, name: &str, kind: &str, more: &[&str]) -> Key {
    let file = folder.join(name);
    let mut command = Command::new("ssh-keygen");
    command.args(["-q", "-t", kind, "-C", "", "-f"]).arg(&file);
    if !more.contains(&"-N") {
        command.args(["-N", ""]);
    }
    run(command.args(more));
    let line = fs::read_to_string(file.with_extension("pub")).unwrap();
    let public = line.trim_end().to_owned();
    Key { file, public }
}

/// The fingerprint as `ssh-keygen -lf` prints it.
#[track_caller]
pub(crate) fn fingerprint(key: &Key) -> String {
    let printed = run(Command::new("ssh-keygen").arg("-lf").arg(&key.file));
    let word = printed.split(' ').nth(1).expect("a fingerprint");
    word.to_owned()
}

/// The private half, now written in PEM of the key's own type, as tools of before do.
#[track_caller]
pub(crate) fn as_old_pem(key: &Key) -> String {
    run(Command::new("ssh-keygen")
        .args(["-q", "-p", "-P", "", "-N", "", "-m", "PEM", "-f"])
        .arg(&key.file));
    fs::read_to_string(&key.file).unwrap()
}

/// Encrypts the private half in this file.
#[track_caller]
pub(crate) fn close(file: &Path, passphrase: &str) {
    run(Command::new("ssh-keygen")
        .args(["-q", "-p", "-P", "", "-N", passphrase, "-f"])
        .arg(file));
}

/// Hashes the names in a known_hosts file in place.
#[track_caller]
pub(crate) fn hash_names(known_hosts: &Path) {
    run(Command::new("ssh-keygen")
        .args(["-q", "-H", "-f"])
        .arg(known_hosts));
    fs::remove_file(known_hosts.with_extension("old")).unwrap();
}

/// Writes a file that only its owner may read.
#[track_caller]
pub(crate) fn write_secret(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
}

#[track_caller]
fn run(command: &mut Command) -> String {
    let output = command.output();
    let output = output.expect("ssh-keygen runs: tests/run installs it where it is missing");
    assert!(output.status.success(), "{command:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

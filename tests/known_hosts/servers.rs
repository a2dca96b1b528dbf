//! The servers of the table: their keys, their certificates, and what stands for them in a file.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use crate::{
    keys::{self, Key},
    row::Server,
};

/// Names that a file may hold hashed, as `{#name}`.
const HASHED: [&str; 3] = ["node1.example", "[node1.example]:2222", "node2.example"];
const ON_ONE_DAY: [&str; 2] = ["-V", "20200101:20200102"];
const IN_MANY_YEARS: [&str; 2] = ["-V", "20950101:20960101"];
/// The names of a right certificate.
const NAMES: &str = "node1.example,127.0.0.1,localhost,2001:db8::7";

/// Keys in a folder of their own, which ends with them.
pub(crate) struct Servers {
    folder: TempDir,
    pub(crate) user: Key,
    /// What stands for what in a file.
    words: BTreeMap<String, String>,
}

impl Servers {
    /// All of them.
    #[track_caller]
    pub(crate) fn new() -> Servers {
        let folder = tempfile::Builder::new()
            .prefix("system-")
            .tempdir_in(env!("CARGO_TARGET_TMPDIR"))
            .unwrap();
        let at = folder.path();
        let make = |name, kind, more: &[&str]| keys::make(at, name, kind, more);
        let ed25519 = make("ed25519", "ed25519", &[]);
        let ecdsa = make("ecdsa", "ecdsa", &["-b", "256"]);
        let rsa = make("rsa", "rsa", &["-b", "2048"]);
        let p521 = make("p521", "ecdsa", &["-b", "521"]);
        let user = make("user", "ed25519", &[]);
        let ca = make("ca", "ed25519", &[]);
        let ca_rsa = make("ca_rsa", "rsa", &["-b", "2048"]);
        let named = [
            ("ed25519", &ed25519),
            ("ecdsa", &ecdsa),
            ("rsa", &rsa),
            ("p521", &p521),
            ("ca", &ca),
            ("ca_rsa", &ca_rsa),
            ("other", &make("other", "ed25519", &[])),
            ("other_ecdsa", &make("other_ecdsa", "ecdsa", &["-b", "256"])),
            ("other_rsa", &make("other_rsa", "rsa", &["-b", "2048"])),
            ("other_p384", &make("other_p384", "ecdsa", &["-b", "384"])),
        ];
        let mut words = BTreeMap::new();
        for (name, key) in named {
            let (kind, base64) = key.public.split_once(' ').unwrap();
            words.insert(format!("{name}:kind"), kind.to_owned());
            words.insert(format!("{name}:base64"), base64.to_owned());
            words.insert(name.to_owned(), key.public.clone());
        }
        for name in HASHED {
            let file = at.join("hashed");
            fs::write(&file, format!("{name} {}\n", ed25519.public)).unwrap();
            keys::hash_names(&file);
            let line = fs::read_to_string(&file).unwrap();
            let hash = line.split(' ').next().unwrap().to_owned();
            words.insert(format!("#{name}"), hash);
        }
        words.insert("long".to_owned(), "x".repeat(100_000));
        words.insert("1023".to_owned(), "x".repeat(1023));
        fs::write(at.join("authorized"), format!("{}\n", user.public)).unwrap();
        let servers = Servers {
            folder,
            user,
            words,
        };
        let host = ["-h", "-n", NAMES];
        let right = servers.certified("right", &ca, &ed25519, &host);
        let of_ecdsa = servers.certified("of_ecdsa", &ca, &ecdsa, &host);
        let of_rsa = servers.certified("of_rsa", &ca, &rsa, &host);
        let certificate_line = fs::read_to_string(right.certificate.as_ref().unwrap()).unwrap();
        let mut servers = servers;
        servers.words.insert(
            "certificate".to_owned(),
            certificate_line.trim_end().to_owned(),
        );
        let plain = |key: &Key| Held::plain(key);
        let one = |name, authority: &Key, key: &Key, more: &[&str]| {
            vec![servers.certified(name, authority, key, more)]
        };
        let of_names = |names: &'static str| ["-h", "-n", names];
        let more = |more: [&'static str; 2]| [&host[..], &more[..]].concat();
        for (server, held) in [
            (
                Server::Three,
                vec![plain(&ed25519), plain(&ecdsa), plain(&rsa)],
            ),
            (Server::Ed25519, vec![plain(&ed25519)]),
            (Server::Rsa, vec![plain(&rsa)]),
            (Server::P521, vec![plain(&p521)]),
            (Server::RsaCertified, vec![plain(&ed25519), of_rsa.clone()]),
            (
                Server::Certified,
                vec![right.clone(), plain(&ecdsa), plain(&rsa)],
            ),
            (Server::AllCertified, vec![right, of_ecdsa, of_rsa]),
            (Server::ByRsa, one("by_rsa", &ca_rsa, &ecdsa, &host)),
            (
                Server::BySha1,
                one("by_sha1", &ca_rsa, &ecdsa, &more(["-t", "ssh-rsa"])),
            ),
            (Server::Late, one("late", &ca, &ed25519, &more(ON_ONE_DAY))),
            (
                Server::Early,
                one("early", &ca, &ed25519, &more(IN_MANY_YEARS)),
            ),
            (
                Server::OtherName,
                one("other_name", &ca, &ed25519, &of_names("node9.example")),
            ),
            (
                Server::Capitals,
                one("capitals", &ca, &ed25519, &of_names("NODE1.example")),
            ),
            (
                Server::Wildcard,
                one("wildcard", &ca, &ed25519, &of_names("*.example")),
            ),
            (
                Server::WithPort,
                one("port", &ca, &ed25519, &of_names("[node1.example]:2222")),
            ),
            (Server::NoName, one("no_name", &ca, &ed25519, &["-h"])),
            (Server::User, one("of_user", &ca, &ed25519, &["-n", NAMES])),
            (
                Server::Option,
                one(
                    "option",
                    &ca,
                    &ed25519,
                    &more(["-O", "critical:x@example.com=y"]),
                ),
            ),
            (
                Server::Extension,
                one(
                    "extension",
                    &ca,
                    &ed25519,
                    &more(["-O", "extension:x@example.com=y"]),
                ),
            ),
        ] {
            servers.configure(server, &held);
        }
        servers
    }

    /// The key with a certificate, each in files of this name.
    #[track_caller]
    fn certified(&self, name: &str, authority: &Key, key: &Key, more: &[&str]) -> Held {
        let file = self.folder.path().join(name);
        for extension in ["", "pub"] {
            fs::copy(
                key.file.with_extension(extension),
                file.with_extension(extension),
            )
            .unwrap();
        }
        let own = Key {
            file,
            public: key.public.clone(),
        };
        Held {
            certificate: Some(certify(authority, &own, more)),
            key: own.file,
        }
    }

    fn configure(&self, server: Server, held: &[Held]) {
        let authorized = self.folder.path().join("authorized");
        let mut config = format!(
            "AuthorizedKeysFile {}\nStrictModes no\nUsePAM no\nUseDNS no\nPermitRootLogin prohibit-password\n\
             PasswordAuthentication no\nKbdInteractiveAuthentication no\n",
            authorized.display()
        );
        for held in held {
            config.push_str(&format!("HostKey {}\n", held.key.display()));
            if let Some(certificate) = &held.certificate {
                config.push_str(&format!("HostCertificate {}\n", certificate.display()));
            }
        }
        fs::write(self.config(server), config).unwrap();
    }

    fn config(&self, server: Server) -> PathBuf {
        self.folder.path().join(format!("{server:?}.conf"))
    }

    /// The server, for one connection on its standard input and output.
    pub(crate) fn command(&self, server: Server) -> Vec<String> {
        let log = self.folder.path().join("log");
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        vec![
            "/usr/sbin/sshd".to_owned(),
            "-i".to_owned(),
            "-E".to_owned(),
            text(&log),
            "-f".to_owned(),
            text(&self.config(server)),
        ]
    }

    /// A path for a file of a row.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The text of a file: keys and hashed names in the place of `{ed25519}`, `{#node1.example}` and so on.
    pub(crate) fn bytes(&self, text: &str, port: u16) -> Vec<u8> {
        let mut text = text.replace("PORT", &port.to_string());
        for (name, word) in &self.words {
            text = text.replace(&format!("{{{name}}}"), word);
        }
        assert!(!text.contains(['{', '}']), "what is {text:?}?");
        let byte = |letter: char| u8::try_from(u32::from(letter)).unwrap();
        text.chars().map(byte).collect()
    }
}

/// A key that a server holds, and its certificate.
#[derive(Clone)]
struct Held {
    key: PathBuf,
    certificate: Option<PathBuf>,
}

impl Held {
    fn plain(key: &Key) -> Held {
        Held {
            key: key.file.clone(),
            certificate: None,
        }
    }
}

/// Has the authority sign the key, with further arguments, and returns the file of the certificate.
#[track_caller]
fn certify(authority: &Key, key: &Key, more: &[&str]) -> PathBuf {
    let mut command = Command::new("ssh-keygen");
    command.args(["-q", "-I", "x", "-s"]).arg(&authority.file);
    command.args(more).arg(key.file.with_extension("pub"));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {output:?}");
    let name = key.file.file_name().unwrap().to_str().unwrap();
    key.file.with_file_name(format!("{name}-cert.pub"))
}

/// Who runs the tests. Root's server wants a folder that a service's start would make.
#[track_caller]
pub(crate) fn user() -> String {
    let output = Command::new("id").arg("-un").output().unwrap();
    let name = String::from_utf8(output.stdout).unwrap().trim().to_owned();
    if name == "root" {
        fs::create_dir_all("/run/sshd").unwrap();
    }
    name
}

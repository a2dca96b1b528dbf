//! Secrets in each form in which something may say them, and the search for them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    path::Path,
};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use regex::bytes::{Regex, RegexBuilder};

/// What is shorter is found everywhere.
const SHORTEST: usize = 8;

/// What nobody may see.
#[derive(Debug, Default)]
pub(crate) struct Secrets {
    /// Each form, and whose it is.
    forms: BTreeMap<Vec<u8>, String>,
}

impl Secrets {
    /// A secret, by the name under which it is told.
    pub(crate) fn add(&mut self, name: &str, word: &str) {
        for (form, text) in forms(word) {
            if text.len() >= SHORTEST {
                self.forms.insert(text, format!("{name}, {form}"));
            }
        }
    }

    /// A secret that is the first line of a file.
    #[track_caller]
    pub(crate) fn add_file(&mut self, file: &Path) {
        let text = std::fs::read_to_string(file).unwrap();
        let name = file.file_name().unwrap().to_str().unwrap();
        self.add(name, text.lines().next().unwrap());
    }

    /// A private key: each line of it between head and foot.
    #[track_caller]
    pub(crate) fn add_key(&mut self, file: &Path) {
        let text = std::fs::read_to_string(file).unwrap();
        let lines = text.lines().filter(|line| !line.starts_with("-----"));
        for line in lines.filter(|line| line.len() >= SHORTEST) {
            let form = format!("a line of {}", file.display());
            self.forms.insert(line.as_bytes().to_vec(), form);
        }
    }

    /// The search for all of them.
    #[track_caller]
    pub(crate) fn search(&self) -> Search<'_> {
        assert!(!self.forms.is_empty());
        // The longest first: it says most of what was found.
        let mut words: Vec<&[u8]> = self.forms.keys().map(Vec::as_slice).collect();
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        let mut any = String::from("(?-u)");
        for (index, word) in words.into_iter().enumerate() {
            any += if index == 0 { "" } else { "|" };
            for byte in word {
                write!(any, "\\x{byte:02x}").unwrap();
            }
        }
        let mut builder = RegexBuilder::new(&any);
        let any = builder.size_limit(1 << 30).build().unwrap();
        Search { secrets: self, any }
    }
}

/// The search for secrets in what was said.
pub(crate) struct Search<'a> {
    secrets: &'a Secrets,
    any: Regex,
}

impl Search<'_> {
    /// The first secret in it: its name, its form, and what stands around it.
    pub(crate) fn find(&self, said: impl AsRef<[u8]>) -> Option<String> {
        let said = said.as_ref();
        let found = self.any.find(said)?;
        let form = &self.secrets.forms[found.as_bytes()];
        let before = found.start().saturating_sub(200);
        let behind = said.len().min(found.end() + 80);
        let around = String::from_utf8_lossy(&said[before..behind]).into_owned();
        Some(format!("{form}, is in: …{around}…"))
    }

    /// There is none in it.
    #[track_caller]
    pub(crate) fn finds_nothing(&self, place: &str, said: impl AsRef<[u8]>) {
        if let Some(found) = self.find(said) {
            panic!("{place}: {found}");
        }
    }
}

/// The word as it is, and as it is written into addresses, JSON, logs, headers and dumps.
fn forms(word: &str) -> Vec<(&'static str, Vec<u8>)> {
    let mut forms = vec![("as it is", word.as_bytes().to_vec())];
    let mut add = |form, text: String| {
        if forms.iter().all(|(_, known)| known != text.as_bytes()) {
            forms.push((form, text.into_bytes()));
        }
    };
    let json = serde_json::to_string(word).unwrap();
    add("in JSON", json[1..json.len() - 1].to_owned());
    let ascii = |c: char| match c {
        ' '..='~' => c.to_string(),
        c => c
            .encode_utf16(&mut [0; 2])
            .iter()
            .fold(String::new(), |text, unit| format!("{text}\\u{unit:04x}")),
    };
    add("in JSON of ASCII", word.chars().map(ascii).collect());
    let debug = format!("{word:?}");
    add("as Rust prints it", debug[1..debug.len() - 1].to_owned());
    add("escaped", word.escape_default().to_string());
    let bytes = word.bytes();
    let printed = format!("{:?}", word.as_bytes());
    add("as bytes", printed[1..printed.len() - 1].to_owned());
    add(
        "in hex",
        bytes.clone().map(|byte| format!("{byte:02x}")).collect(),
    );
    add(
        "in HEX",
        bytes.clone().map(|byte| format!("{byte:02X}")).collect(),
    );
    let in_address = |blank: &str| -> String {
        let escape = |byte: u8| match byte {
            b' ' => blank.to_owned(),
            byte if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        };
        word.bytes().map(escape).collect()
    };
    add("in an address", in_address("%20"));
    add("in a form", in_address("+"));
    add("in an address, in lower case", lower(&in_address("%20")));
    // Behind 0, 1 or 2 bytes of something else, such as `user:`; the ends depend on what stands there.
    for before in 0..3 {
        let shifted = ["\0".repeat(before).as_bytes(), word.as_bytes()].concat();
        for (form, engine) in [
            ("in base64", STANDARD_NO_PAD),
            ("in base64 of addresses", URL_SAFE_NO_PAD),
        ] {
            let encoded = engine.encode(&shifted);
            let first = if before == 0 { 0 } else { before + 1 };
            add(form, encoded[first..encoded.len() / 4 * 4].to_owned());
        }
    }
    // A part of it says much of it.
    if word.is_ascii() && word.len() >= 4 * SHORTEST {
        let (one, other) = word.split_at(word.len() / 2);
        add("its first half", one.to_owned());
        add("its second half", other.to_owned());
    }
    forms
}

/// The escapes of an address in lower case, all else as it is.
fn lower(address: &str) -> String {
    let mut parts = address.split('%');
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |text, part| {
        let (escape, rest) = part.split_at(2);
        format!("{text}%{}{rest}", escape.to_lowercase())
    })
}

#[test]
fn a_secret_is_found_in_every_form() {
    let odd = "pä\"ss\\w\u{1}rd/& #1";
    let mut secrets = Secrets::default();
    secrets.add("the password", odd);
    secrets.add("the token", "0123456789abcdefghijklmnopqrstuv");
    let search = secrets.search();
    let mut said = BTreeSet::from([
        format!("password={odd};"),
        serde_json::json!({ "password": odd }).to_string(),
        format!("Login {{ password: {odd:?} }}"),
        format!("{:?}", format!("<{odd}>").as_bytes()),
        "https://a:p%C3%A4%22ss%5Cw%01rd%2F%26%20%231@h".to_owned(),
        "p%c3%a4%22ss%5cw%01rd%2f%26%20%231".to_owned(),
        "password=p%C3%A4%22ss%5Cw%01rd%2F%26+%231".to_owned(),
        "0123456789abcdef…".to_owned(),
        "…ghijklmnopqrstuv".to_owned(),
    ]);
    for user in ["", "a:", "ab:", "admin:"] {
        let pair = format!("{user}{odd}");
        said.insert(format!("Basic {}=", STANDARD_NO_PAD.encode(&pair)));
        said.insert(URL_SAFE_NO_PAD.encode(format!("{pair}:more")));
    }
    for said in said {
        assert!(search.find(&said).is_some(), "{said}");
    }
    for said in ["password=***", "0123456789", "p%C3%A4"] {
        assert_eq!(search.find(said), None);
    }
}

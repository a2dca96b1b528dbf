//! The `.env` file: a problem names its line, nothing shows a value, and a value in quotes is read back.

use crate::{
    drawn::Drawn,
    ground::{self, CANARY},
    mutated,
    settings::{VALUES, WORDS},
};
use vhi_usage::config::{
    dotenv, error::Problem, file::File, keys::KEYS, origins::EnvFile, variables::Variables,
};

/// Variables that name a file, which is not to be read here.
const PATHS: [&str; 5] = [
    "TLS_CERTIFICATE",
    "TLS_KEY",
    "VSTORAGE_SSH_KEY",
    "VSTORAGE_KNOWN_HOSTS",
    "PANEL_CA_FILE",
];

/// What holds for a drawn file, or a panic says what does not.
pub fn drawn(it: &mut Drawn<'_>, with_secrets: bool) {
    let lines = lines(it);
    if !with_secrets {
        holds(&mutated::text(it, lines, &WORDS));
        return;
    }
    in_quotes(&it.one_of(&WORDS).repeat(it.below(3)));
    let secrets = [
        format!("ADMIN_PASSWORD='{CANARY}'"),
        format!("API_BEARER_TOKEN={CANARY}"),
    ];
    let text = [lines, secrets.into()].concat().join("\n");
    ground::shows_no_secret(&holds(&text), &text);
}

fn lines(it: &mut Drawn<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    while !it.is_empty() && lines.len() < 20 {
        let name = match it.below(3) {
            0 => it.one_of(&["A", "PORT", "REDIS_HOST", "GRAFANA_API_KEY", "a b", ""]),
            _ => it.one_of(KEYS).variable,
        };
        let value = it.one_of(&VALUES).trim_matches('"');
        let mark = it.one_of(&["=", "=", ": ", " = "]);
        let before = it.one_of(&["", "", "export ", "  ", "# "]);
        let value = match it.below(4) {
            0 => format!("'{value}'"),
            1 => format!("\"{value}\" # x"),
            2 => format!("${{A}}{value}\\$"),
            _ => value.to_owned(),
        };
        lines.push(format!("{before}{name}{mark}{value}"));
    }
    lines
}

/// The `.env` file of this text; what is wrong with the settings that follow from it.
pub fn holds(text: &str) -> Vec<Problem> {
    let read = dotenv::parse(text);
    assert!(dotenv::parse(text) == read, "read twice: {text:?}");
    let set = match read {
        Err((line, why)) => {
            assert!((1..=text.lines().count()).contains(&line) && !why.is_empty());
            return Vec::new();
        }
        Ok(set) => set,
    };
    for (name, set) in &set {
        assert!((1..=text.lines().count()).contains(&set.line), "{name}");
        assert_eq!(format!("{set:?}"), format!("*** in line {}", set.line));
        in_quotes(&set.value);
    }
    let pairs = set
        .into_iter()
        .map(|(name, set)| (name, set.value.to_string()));
    let pairs = pairs.filter(|(name, _)| !PATHS.contains(&name.as_str()));
    let variables = Variables::load(&pairs.collect(), &EnvFile::Nowhere).expect("no file is read");
    ground::problems(File::default(), Vec::new(), variables)
}

/// A value in quotes reads back, where it can be written so.
fn in_quotes(value: &str) {
    let read = |text: String| {
        dotenv::parse(&text)
            .ok()
            .and_then(|mut set| set.remove("A"))
            .map(|set| set.value.to_string())
    };
    let is_line = !value.contains(['\n', '\r']) && !value.ends_with('\\');
    if is_line && !value.contains('\'') {
        assert_eq!(read(format!("A='{value}' # x")).as_deref(), Some(value));
    }
    // a quote behind a `\` counts as one that is not the end, and so cannot be the end
    if value.ends_with('\\') || value.contains("\\\"") {
        return;
    }
    let mut quoted = String::new();
    for c in value.chars() {
        match c {
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '"' | '\\' | '$' => quoted.extend(['\\', c]),
            c => quoted.push(c),
        }
    }
    assert_eq!(
        read(format!("A=\"{quoted}\"")).as_deref(),
        Some(value),
        "{quoted}"
    );
}

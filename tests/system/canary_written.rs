//! What a person may write into settings: a file, an environment file, variables.

use vhi_usage::config::keys::Key;

use crate::site::{Variables, variables};

/// What a person may write.
#[derive(Clone, Debug, Default)]
pub(crate) struct Written {
    pub(crate) toml: String,
    pub(crate) env_file: String,
    pub(crate) variables: Variables,
}

impl Written {
    pub(crate) fn toml(text: impl Into<String>) -> Written {
        Written {
            toml: text.into(),
            ..Written::default()
        }
    }

    pub(crate) fn env_file(text: impl Into<String>) -> Written {
        Written {
            env_file: text.into(),
            ..Written::default()
        }
    }

    pub(crate) fn variable(name: &str, value: &str) -> Written {
        Written {
            variables: variables(&[(name, value)]),
            ..Written::default()
        }
    }
}

/// A line in its table. A secret may be found there by mistake, but for a path: where a password stands in place
/// of the file's name, a file of that name is looked for, and named.
pub(crate) fn line(key: &Key, value: &str) -> String {
    let (table, name) = key.split();
    let cluster = match table.starts_with("cluster") {
        true => "[[cluster]]\n",
        false => "",
    };
    let header = match table {
        "" | "cluster" => String::new(),
        "api.tokens" => "[[api.tokens]]\n".to_owned(),
        table => format!("[{table}]\n"),
    };
    format!("{cluster}{header}{name} = {value}\n")
}

//! Where settings come from.

use std::path::PathBuf;

use crate::config::listen::Listen;

/// Flags, files and variables.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    /// `--config`
    pub file: Option<PathBuf>,
    /// `--env-file`
    pub env_file: EnvFile,
    /// The variables of the process.
    pub environment: Vec<(String, String)>,
    /// `--listen`
    pub listen: Option<Listen>,
    /// Whether the HTTP side is to be started, which needs a token.
    pub serves: bool,
}

/// The file that completes the environment.
#[derive(Clone, Debug, Default)]
pub enum EnvFile {
    /// `./.env`, if it is there.
    #[default]
    Usual,
    /// This one, which must be there.
    At(PathBuf),
    /// None at all.
    Nowhere,
}

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
    /// What the settings are needed for.
    pub asks: Asks,
}

/// What the settings are needed for, and so what may not be missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Asks {
    /// The clusters.
    #[default]
    Clusters,
    /// The clusters and the HTTP side, which needs a token.
    Service,
    /// The same where they speak of a cluster; else whatever is there.
    WhatIsThere,
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

//! What the settings stand on: the file, the variables, the credentials, as they were found.

use std::path::PathBuf;

use crate::config::{
    error::{ConfigError, Problem},
    file::{self, File},
    origins::Origins,
    variables::Variables,
    words::Credentials,
};

/// Everything that settings are read from.
#[derive(Clone, Debug)]
pub struct Ground {
    /// The settings file, empty where there is none.
    pub file: File,
    /// The variables.
    pub variables: Variables,
    /// The secrets of systemd.
    pub credentials: Credentials,
    /// The folder that systemd gives the service for what it keeps; `None` where it gives none.
    pub state: Option<PathBuf>,
}

impl Ground {
    /// Reads it, and says what is wrong with the form of it.
    ///
    /// # Errors
    /// When a file of it cannot be read at all: everything in it would be told as missing.
    pub fn load(origins: &Origins) -> Result<(Ground, Vec<Problem>), ConfigError> {
        let mut problems = Vec::new();
        let variables = Variables::load(&origins.environment, &origins.env_file);
        let file = match origins.file.as_deref().map(file::read) {
            None => Some(File::default()),
            Some(Ok((file, wrong))) => {
                problems.extend(wrong);
                Some(file)
            }
            Some(Err(problem)) => {
                problems.push(problem);
                None
            }
        };
        // systemd's own words, never settings of ours.
        let of_systemd = |name: &str| {
            let mut variables = origins.environment.iter();
            let (_, path) = variables.find(|(known, _)| *known == name)?;
            // Of several, the first one is ours.
            let first = path.reveal().split(':').next()?;
            Some(PathBuf::from(first))
        };
        let credentials = Credentials(of_systemd("CREDENTIALS_DIRECTORY"));
        let state = of_systemd("STATE_DIRECTORY");
        match (variables, file) {
            (Ok(variables), Some(file)) => {
                let ground = Ground {
                    file,
                    variables,
                    credentials,
                    state,
                };
                Ok((ground, problems))
            }
            (variables, _) => {
                problems.extend(variables.err());
                Err(ConfigError { problems })
            }
        }
    }
}

//! A child of the benchmark, and what it says.

use std::{
    error::Error,
    fs::{self, File},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use tokio::time::{Instant, sleep};

use crate::scene::{Kept, PATIENCE};

/// A child whose words are in files.
pub(crate) struct Started {
    pub(crate) child: Kept,
    stderr: PathBuf,
}

impl Started {
    /// With no variable but the folder for its own files.
    pub(crate) fn new(
        folder: &Path,
        name: &str,
        command: &mut Command,
    ) -> std::io::Result<Started> {
        let stderr = folder.join(format!("{name}.err"));
        command.env_clear().env("TMPDIR", folder);
        command.current_dir(folder).stdin(Stdio::null());
        command.stdout(File::create(folder.join(format!("{name}.out")))?);
        command.stderr(File::create(&stderr)?);
        let child = Kept(command.spawn()?);
        Ok(Started { child, stderr })
    }

    /// Waits for the line that holds these words.
    pub(crate) async fn says(
        &mut self,
        words: &str,
    ) -> Result<String, Box<dyn Error + Send + Sync>> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let said = self.said();
            let mut whole = said.split_inclusive('\n').filter(|it| it.ends_with('\n'));
            if let Some(line) = whole.find(|line| line.contains(words)) {
                return Ok(line.trim_end().to_owned());
            }
            self.still_runs()?;
            sleep(Duration::from_millis(50)).await;
        }
        Err(format!("no word of `{words}` within {PATIENCE:?}: {}", self.said()).into())
    }

    /// The address at which `serve` listens.
    pub(crate) async fn serves(&mut self) -> Result<SocketAddr, Box<dyn Error + Send + Sync>> {
        let line = self.says("serving address=").await?;
        let address = line.split_once("serving address=").map(|(_, words)| words);
        let address = address.and_then(|words| words.split(' ').next()?.parse().ok());
        address.ok_or_else(|| format!("no address can be read in `{line}`").into())
    }

    /// An error where it has ended.
    pub(crate) fn still_runs(&mut self) -> Result<(), Box<dyn Error + Send + Sync>> {
        match self.child.0.try_wait()? {
            None => Ok(()),
            Some(status) => Err(format!("it ended, {status}, and said: {}", self.said()).into()),
        }
    }

    /// What it has said so far.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(&self.stderr).unwrap_or_default()
    }
}

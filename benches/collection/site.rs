//! A node that is a real OpenSSH server with a stand-in for the tool, and the ways to what that prints.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use vhi_usage::{
    amount::SizeBase,
    reading::BaseInForce,
    sim::scenario::Scenario,
    source::node::NodeSource,
    ssh::{command, host_keys::HostKeys, login::Login, pool::Pool},
};

use crate::{
    Failed, keys,
    scene::Kept,
    sshd::{self, Sshd},
    wait,
};

/// As by default.
const WITHIN: Duration = Duration::from_secs(20);

/// What every way needs to know.
pub(crate) struct Site {
    folder: PathBuf,
    node: String,
    port: String,
    pub(crate) report: Vec<u8>,
    source: NodeSource,
    line: String,
    shell: String,
    /// As the server gives it to a command.
    environment: Vec<(String, String)>,
}

impl Site {
    pub(crate) fn new(folder: &Path, sshd: &Sshd) -> Result<Site, Failed> {
        let key = keys::make(folder, "id_ed25519", "ed25519", &[]);
        sshd.authorize(&[format!("restrict {}\n", key.public)]);
        fs::write(folder.join("known_hosts"), sshd.known_hosts())?;
        let report = Scenario::new("cluster1", 0, &[]).report(0);
        fs::write(folder.join("report"), &report)?;
        let tool = folder.join("vstorage");
        fs::write(
            &tool,
            format!("#!/bin/sh\nexec cat '{}/report'\n", folder.display()),
        )?;
        fs::set_permissions(&tool, Permissions::from_mode(0o755))?;
        let login = Login {
            key_file: key.file,
            key_passphrase: None,
            host_keys: HostKeys::File(folder.join("known_hosts")),
            connect_timeout: WITHIN,
        };
        let base = BaseInForce {
            base: SizeBase::Binary,
            configured: false,
        };
        let pool = Pool::new(vec![sshd.node().parse()?], login);
        let tool = tool.display().to_string().parse()?;
        let source = NodeSource::new(pool, "cluster1".parse()?, tool, WITHIN, base);
        let mut site = Site {
            folder: folder.to_owned(),
            node: format!("{}@{}", sshd::user(), sshd.address.ip()),
            port: sshd.address.port().to_string(),
            report: report.into_bytes(),
            line: command::line(&source.command(), WITHIN),
            source,
            shell: String::new(),
            environment: Vec::new(),
        };
        let printed = printed(site.ssh(&["-o", "ControlPath=none"]).arg("env -0"))?;
        let variables = String::from_utf8(printed)?;
        let pairs = variables
            .split_terminator('\0')
            .filter_map(|it| it.split_once('='));
        // `_` is of the shell that printed them.
        site.environment = pairs
            .filter(|(name, _)| *name != "_" && *name != "SHLVL")
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let shell = site.environment.iter().find(|(name, _)| name == "SHELL");
        site.shell = shell.ok_or("the server names no shell")?.1.clone();
        Ok(site)
    }

    /// OpenSSH's client, with no settings but these.
    fn ssh(&self, more: &[&str]) -> Command {
        let mut ssh = Command::new("ssh");
        ssh.current_dir(&self.folder).stdin(Stdio::null());
        ssh.args(["-F", "none", "-o", "BatchMode=yes", "-i", "id_ed25519"]);
        ssh.args([
            "-o",
            "IdentitiesOnly=yes",
            "-o",
            "UserKnownHostsFile=known_hosts",
        ]);
        ssh.args(["-o", "StrictHostKeyChecking=yes", "-p", &self.port]);
        ssh.args(more).arg(&self.node);
        ssh
    }

    /// The connection that later calls of `ssh` go through; its socket stands in the folder.
    pub(crate) fn start_master(&self) -> Result<Kept, Failed> {
        let mut command = self.ssh(&["-M", "-S", "master", "-N"]);
        let master = Kept(command.stdout(Stdio::null()).spawn()?);
        wait::until("the master takes calls", WITHIN, || {
            let mut check = self.ssh(&["-S", "master", "-O", "check"]);
            let asked = check.stderr(Stdio::null()).status().ok()?;
            asked.success().then_some(())
        });
        Ok(master)
    }

    /// The way of the service: to the reading.
    pub(crate) async fn ours(&self) -> Result<Duration, Failed> {
        let begun = Instant::now();
        let read = self.source.read().await;
        let took = begun.elapsed();
        read.reading?;
        self.same(&read.evidence.ok_or("no evidence")?.text)?;
        Ok(took)
    }

    pub(crate) fn new_ssh(&self) -> Result<Duration, Failed> {
        self.timed(self.ssh(&["-o", "ControlPath=none"]).arg(&self.line))
    }

    pub(crate) fn over_master(&self) -> Result<Duration, Failed> {
        self.timed(
            self.ssh(&["-S", "master", "-o", "ControlMaster=no"])
                .arg(&self.line),
        )
    }

    /// As the server starts it.
    pub(crate) fn bare(&self) -> Result<Duration, Failed> {
        let mut command = Command::new(&self.shell);
        command.arg("-c").arg(&self.line).stdin(Stdio::null());
        let variables = self.environment.iter().map(|(name, value)| (name, value));
        self.timed(command.env_clear().envs(variables))
    }

    fn timed(&self, command: &mut Command) -> Result<Duration, Failed> {
        let begun = Instant::now();
        let output = printed(command);
        let took = begun.elapsed();
        self.same(&output?)?;
        Ok(took)
    }

    fn same(&self, output: &[u8]) -> Result<(), String> {
        match output == self.report {
            true => Ok(()),
            false => Err(format!(
                "another output: {}",
                String::from_utf8_lossy(output)
            )),
        }
    }
}

/// What a command prints that ends well.
fn printed(command: &mut Command) -> Result<Vec<u8>, Failed> {
    let output = command.output()?;
    match output.status.success() {
        true => Ok(output.stdout),
        false => Err(format!("{command:?}: {output:?}").into()),
    }
}

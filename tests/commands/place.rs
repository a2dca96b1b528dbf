//! A folder with settings in it, and commands that are run there.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;
use vhi_usage::sim::Simulator;

use crate::program::{Ended, Program};

/// An empty folder at first.
pub(crate) struct Place(TempDir);

impl Place {
    pub(crate) fn new() -> Place {
        Place(tempfile::tempdir().unwrap())
    }

    /// With `site.toml`, which connects to nodes and panel of the simulator.
    pub(crate) fn connected(simulator: &Simulator) -> Place {
        let place = Place::new();
        let settings = simulator.settings_toml(place.path(), "127.0.0.1:0");
        place.write("site.toml", &unwitnessed(&settings.unwrap()));
        place
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    #[track_caller]
    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.file(name), text).unwrap();
    }

    #[track_caller]
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.file(name)).unwrap()
    }

    /// The names of all files, in their order.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path()).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    pub(crate) fn program(&self, args: &[&str]) -> Program {
        Program::new(self.path(), args)
    }

    /// Runs a command to its end, which must have this code.
    #[track_caller]
    pub(crate) fn run(&self, args: &[&str], code: i32) -> Ended {
        let ended = self.program(args).run();
        assert_eq!(ended.code, Some(code), "{args:?}: {ended:#?}");
        ended
    }
}

/// Settings without the tables of witnesses.
fn unwitnessed(settings: &str) -> String {
    let mut text = String::new();
    let mut told = true;
    for line in settings.lines() {
        if line.starts_with('[') {
            told = !matches!(line, "[cluster.prometheus]" | "[cluster.grafana]");
        }
        if told {
            text += line;
            text += "\n";
        }
    }
    text.trim_end().to_owned() + "\n"
}

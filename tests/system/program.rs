//! The built program as a child: with no variable but those that are given, killed and waited for when dropped.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::{
    collections::BTreeMap,
    fs::File,
    io::Read,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, MutexGuard},
    thread::{self, JoinHandle},
    time::Duration,
};

use crate::wait::until;

/// Longer than any command takes that ends by itself.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is to be run, and where.
pub(crate) struct Program {
    command: Command,
}

impl Program {
    /// With these arguments, in this folder.
    pub(crate) fn new(folder: &Path, args: &[&str]) -> Program {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vhi-usage"));
        command.args(args).current_dir(folder).env_clear();
        command.stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Program { command }
    }

    /// The same, with so many files open at once at most.
    pub(crate) fn with_files(folder: &Path, args: &[&str], files: u32) -> Program {
        Program::behind(folder, &format!("ulimit -n {files}"), args)
    }

    /// The same, behind what a shell has done first.
    pub(crate) fn behind(folder: &Path, first: &str, args: &[&str]) -> Program {
        let shell = format!("{first} && exec \"$0\" \"$@\"");
        let mut command = Command::new("/bin/sh");
        command.args(["-c", &shell, env!("CARGO_BIN_EXE_vhi-usage")]);
        command.args(args).current_dir(folder).env_clear();
        command.stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Program { command }
    }

    /// With these variables.
    pub(crate) fn variables(mut self, variables: &BTreeMap<String, String>) -> Program {
        self.command.envs(variables);
        self
    }

    /// With this file as its standard input, which is empty otherwise.
    pub(crate) fn input(mut self, file: &Path) -> Program {
        self.command.stdin(File::open(file).unwrap());
        self
    }

    /// Starts it.
    #[track_caller]
    pub(crate) fn start(mut self) -> Running {
        let mut child = self.command.spawn().unwrap();
        let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let (stdout, stderr) = (Text::default(), Text::default());
        let readers = vec![stdout.follow(out), stderr.follow(err)];
        Running {
            child,
            stdout,
            stderr,
            readers,
        }
    }

    /// Runs it to its end.
    #[track_caller]
    pub(crate) fn run(self) -> Ended {
        self.start().end(PATIENCE)
    }
}

/// A program that runs.
pub(crate) struct Running {
    child: Child,
    pub(crate) stdout: Text,
    pub(crate) stderr: Text,
    readers: Vec<JoinHandle<()>>,
}

/// How a program ended, and what it said.
#[derive(Debug)]
pub(crate) struct Ended {
    /// `None` where a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Running {
    /// Of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it says a line that holds these words.
    #[track_caller]
    pub(crate) fn says(&mut self, words: &str) -> String {
        self.says_one_of(&[words])
    }

    /// Waits until it says a line that holds one of these.
    #[track_caller]
    pub(crate) fn says_one_of(&mut self, all: &[&str]) -> String {
        let (out, err) = (self.stdout.clone(), self.stderr.clone());
        until(&format!("a line with one of {all:?}"), PATIENCE, || {
            let line = |words: &&str| out.line_with(words).or_else(|| err.line_with(words));
            let line = all.iter().find_map(line);
            if line.is_none()
                && let Some(status) = self.child.try_wait().unwrap()
            {
                panic!("it ended, {status}, and said: {}{}", out.read(), err.read());
            }
            line
        })
    }

    /// Sends a signal, such as `TERM`.
    #[track_caller]
    pub(crate) fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        let sent = Command::new("sh").args(["-c", &kill]).status().unwrap();
        assert!(sent.success(), "{kill}");
    }

    /// Waits for its end.
    #[track_caller]
    pub(crate) fn end(mut self, within: Duration) -> Ended {
        let words = (self.stdout.clone(), self.stderr.clone());
        let status = until("the program ends", within, || {
            self.child.try_wait().unwrap()
        });
        for reader in self.readers.drain(..) {
            reader.join().unwrap();
        }
        Ended {
            code: status.code(),
            stdout: words.0.read(),
            stderr: words.1.read(),
        }
    }

    /// Sends a signal and waits for the end, whatever is still to be read of it. The code, as in [`Ended`].
    #[track_caller]
    pub(crate) fn end_unread_by(mut self, signal: &str, within: Duration) -> Option<i32> {
        self.signal(signal);
        let ended = until("the program ends", within, || {
            self.child.try_wait().unwrap()
        });
        ended.code()
    }

    /// Sends a signal and waits for the end.
    #[track_caller]
    pub(crate) fn end_by(self, signal: &str, within: Duration) -> Ended {
        self.signal(signal);
        self.end(within)
    }
}

#[expect(clippy::print_stderr, reason = "a test that failed shows why")]
impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already, and been waited for.
        drop(self.child.kill());
        drop(self.child.wait());
        if thread::panicking() {
            eprintln!("-- the program said:\n{}", self.stderr.read());
        }
    }
}

/// What a program has said so far.
#[derive(Clone, Default)]
pub(crate) struct Text {
    said: Arc<Mutex<Vec<u8>>>,
    gate: Arc<Mutex<()>>,
}

impl Text {
    /// All of it.
    pub(crate) fn read(&self) -> String {
        String::from_utf8_lossy(&self.said.lock().unwrap()).into_owned()
    }

    /// Nobody reads on while this is held, but for one piece.
    pub(crate) fn unread(&self) -> MutexGuard<'_, ()> {
        self.gate.lock().unwrap()
    }

    /// The first whole line that holds these words.
    fn line_with(&self, words: &str) -> Option<String> {
        let text = self.read();
        // The last piece is a line only when its end has come.
        let whole = &text[..=text.rfind('\n')?];
        let mut lines = whole.lines();
        lines.find(|it| it.contains(words)).map(str::to_owned)
    }

    fn follow(&self, mut from: impl Read + Send + 'static) -> JoinHandle<()> {
        let text = self.clone();
        thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(count @ 1..) = from.read(&mut piece) {
                text.said.lock().unwrap().extend_from_slice(&piece[..count]);
                drop(text.gate.lock().unwrap());
            }
        })
    }
}

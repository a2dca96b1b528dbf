//! `trust panel`: the fingerprint of a panel's certificate, and the lines that pin it.

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
    path::Path,
    process::ExitCode,
    time::Duration,
};

use crate::{
    chain::chain,
    cli::{exit::Failure, plain::remark},
    panel::shown::{self, NotShown},
    unreadable,
};

const VARIABLE: &str = "PANEL_SHA256";
const COMPARE: &str =
    "Compare it with what the management node itself says before you trust it. On its console:
  openssl s_client -connect localhost:8888 </dev/null | openssl x509 -noout -fingerprint -sha256";

/// Shows the fingerprint, and writes it where that was asked for.
///
/// # Errors
/// When the panel cannot be reached, or the file cannot be written.
pub async fn run(url: &str, write: Option<&Path>, within: Duration) -> Result<ExitCode, Failure> {
    let pin = shown::certificate(url, within)
        .await
        .map_err(|error| match error {
            NotShown::Address(_) => Failure::Usage(error.to_string()),
            NotShown::Tls(error) => Failure::Trust(error),
            error => Failure::Unreached(chain(&error)),
        })?;
    let plain = pin.to_string();
    let mut out = io::stdout().lock();
    writeln!(out, "# SHA-256 of the certificate of {url}:")?;
    writeln!(out, "#   {}", with_colons(&plain))?;
    writeln!(out, "#   {plain}")?;
    writeln!(out, "# As a variable, and as a key in [cluster.panel]:")?;
    writeln!(out, "{VARIABLE}={plain}\nsha256 = \"{plain}\"")?;
    out.flush()?;
    remark(COMPARE)?;
    match write {
        None => remark("Nothing was written; --write FILE sets PANEL_SHA256 in FILE.")?,
        Some(file) => {
            set(file, &format!("{VARIABLE}={plain}")).map_err(|error| {
                Failure::Usage(format!(
                    "cannot write {}: {}",
                    file.display(),
                    unreadable::why_not_written(&error)
                ))
            })?;
            remark(&format!("Written to {}.", file.display()))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// `E3B0…` as `E3:B0:…`, as `openssl` prints it.
fn with_colons(hex: &str) -> String {
    let digits: Vec<char> = hex.to_uppercase().chars().collect();
    let pairs: Vec<String> = digits.chunks(2).map(String::from_iter).collect();
    pairs.join(":")
}

/// Sets the variable in a file of variables, whose other lines stay as they are. The file is replaced
/// as a whole, with the mode and the owner that it had: it may hold the only copy of a password.
fn set(file: &Path, line: &str) -> io::Result<()> {
    let (file, before) = match file.canonicalize() {
        Ok(file) => (
            file.clone(),
            Some((fs::read_to_string(&file)?, fs::metadata(&file)?)),
        ),
        Err(error) if error.kind() == io::ErrorKind::NotFound => (file.to_owned(), None),
        Err(error) => return Err(error),
    };
    let text = before.as_ref().map_or("", |(text, _)| text);
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut new = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    new.write_all(with_line(text, line).as_bytes())?;
    if let Some((_, facts)) = &before {
        new.as_file()
            .set_permissions(fs::Permissions::from_mode(facts.mode() & 0o777))?;
        chown(new.path(), Some(facts.uid()), Some(facts.gid()))?;
    }
    new.as_file().sync_all()?;
    new.persist(file)?;
    Ok(())
}

/// The text with this line in the place of the one that set the variable, or at its end.
fn with_line(text: &str, line: &str) -> String {
    let sets = |line: &str| {
        let line = line.trim_start();
        let line = line.strip_prefix("export ").unwrap_or(line);
        let name = line.split_once('=').map(|(name, _)| name.trim());
        name == Some(VARIABLE)
    };
    let mut lines: Vec<&str> = text.lines().collect();
    match lines.iter().position(|line| sets(line)) {
        None => lines.push(line),
        Some(at) => {
            // The last line of a name counts, so none may follow.
            let mut index = 0;
            lines.retain(|line| {
                index += 1;
                index <= at || !sets(line)
            });
            lines.insert(at, line);
        }
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_takes_the_place_of_the_old_one_and_no_other_line_changes() {
        let cases = [
            ("", "PANEL_SHA256=1\n"),
            ("A=b", "A=b\nPANEL_SHA256=1\n"),
            ("A=b\n\n# x\n", "A=b\n\n# x\nPANEL_SHA256=1\n"),
            ("PANEL_SHA256=0\nA=b\n", "PANEL_SHA256=1\nA=b\n"),
            (
                "A=b\n export PANEL_SHA256 = 0\nB=c\nPANEL_SHA256='2'\n",
                "A=b\nPANEL_SHA256=1\nB=c\n",
            ),
            ("#PANEL_SHA256=0\n", "#PANEL_SHA256=0\nPANEL_SHA256=1\n"),
        ];
        for (before, after) in cases {
            assert_eq!(with_line(before, "PANEL_SHA256=1"), after, "{before}");
        }
    }

    #[test]
    fn colons_stand_between_bytes() {
        assert_eq!(with_colons("e3b0c4"), "E3:B0:C4");
    }
}

//! `parse`: saved `vstorage stat` output, each printed token beside its bytes, TiB and interval.

use std::{
    fs::File,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;

use crate::{
    amount::SizeBase,
    cli::{caret, exit::Failure, figures, parse_json, plain::Plain},
    unreadable,
    vstorage::{bytes, report::StatReport, space::SpaceAmounts},
};

/// An input that goes on beyond it is no report, and perhaps has no end.
const LONGEST: u64 = 64 << 20;

/// What to read.
#[derive(Clone, Debug, Args)]
pub struct Options {
    /// Files of saved output; `-` or nothing is standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// One JSON object per input, one line each
    #[arg(long)]
    json: bool,
    /// What a printed unit stands for: powers of 1024 or of 1000
    #[arg(long, value_name = "BASE", default_value = "1024")]
    size_base: SizeBase,
}

/// Reads every input, whatever becomes of the others.
///
/// # Errors
/// When an input cannot be opened, after all others were read, or the result cannot be written.
pub fn run(options: &Options) -> Result<ExitCode, Failure> {
    let standard = [PathBuf::from("-")];
    let files = match options.files.as_slice() {
        [] => standard.as_slice(),
        files => files,
    };
    let (mut unparsed, mut unopened) = (false, Vec::new());
    let mut out = io::stdout().lock();
    for (index, path) in files.iter().enumerate() {
        let bytes = match read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                unopened.push(format!(
                    "cannot read {}: {}",
                    path.display(),
                    unreadable::why(&error)
                ));
                continue;
            }
        };
        let text = String::from_utf8_lossy(&bytes);
        let name = path.display().to_string();
        let report = bytes::read(&text, options.size_base);
        unparsed |= report.is_err();
        if options.json {
            writeln!(
                out,
                "{}",
                parse_json::line(&name, report.as_ref(), options.size_base)
            )?;
            continue;
        }
        if index > 0 {
            writeln!(out)?;
        }
        let mut out = Plain::new(&mut out);
        match report {
            Ok((report, space)) => show(&mut out, &name, &report, space, options.size_base)?,
            Err(error) => caret::point(&mut out, &name, &text, &error)?,
        }
    }
    out.flush()?;
    match unopened.is_empty() {
        false => Err(Failure::Usage(unopened.join("\n"))),
        true if unparsed => Ok(ExitCode::from(1)),
        true => Ok(ExitCode::SUCCESS),
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    if path == Path::new("-") {
        return whole(io::stdin().lock());
    }
    whole(File::open(path)?)
}

fn whole(input: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut input = input.take(LONGEST + 1);
    input.read_to_end(&mut bytes)?;
    if input.limit() == 0 {
        let why = format!("it is longer than {LONGEST} bytes, which no report is");
        return Err(io::Error::other(why));
    }
    Ok(bytes)
}

fn show(
    out: &mut impl Write,
    name: &str,
    report: &StatReport,
    space: SpaceAmounts,
    base: SizeBase,
) -> io::Result<()> {
    let cluster = &report.cluster;
    writeln!(
        out,
        "{name}: cluster {}, {}; units are powers of {base}",
        cluster.name, cluster.status
    )?;
    figures::write(out, &figures::rows(report, space, base))?;
    for line in &report.unread {
        writeln!(out, "unread line {}: {}", line.line, line.text)?;
    }
    Ok(())
}

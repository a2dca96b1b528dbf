//! `completions` and `man`: the command line described for a shell and for a person, both made from the
//! definitions that read it.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::Command;
use clap_complete::Shell;
use clap_mangen::Man;

use crate::cli::exit::Failure;

/// Writes the completions of a shell.
///
/// # Errors
/// When they cannot be written.
pub fn completions(shell: Shell, mut command: Command) -> Result<ExitCode, Failure> {
    let mut text = Vec::new();
    let name = command.get_name().to_owned();
    clap_complete::generate(shell, &mut command, name, &mut text);
    print(&text)
}

/// Writes the page of the manual, every command of it in a section of its own.
///
/// # Errors
/// When it cannot be written.
pub fn man(mut command: Command) -> Result<ExitCode, Failure> {
    command.build();
    let mut text = Vec::new();
    let page = Man::new(command.clone());
    page.render_title(&mut text)?;
    page.render_name_section(&mut text)?;
    page.render_synopsis_section(&mut text)?;
    page.render_description_section(&mut text)?;
    page.render_options_section(&mut text)?;
    section(&command, command.get_name(), &mut text)?;
    print(&text)
}

/// The commands below this one, those that do something alone.
fn section(parent: &Command, path: &str, text: &mut Vec<u8>) -> io::Result<()> {
    for command in parent.get_subcommands() {
        let path = format!("{path} {}", command.get_name());
        if command.get_name() == "help" {
            continue;
        }
        if command.has_subcommands() {
            section(command, &path, text)?;
            continue;
        }
        // What every command takes is said once, at the head.
        let own =
            command
                .clone()
                .mut_args(|arg| match arg.is_global_set() || arg.get_id() == "help" {
                    true => arg.hide(true),
                    false => arg,
                });
        let page = Man::new(own);
        let mut below = Vec::new();
        page.render_synopsis_section(&mut below)?;
        page.render_description_section(&mut below)?;
        page.render_options_section(&mut below)?;
        writeln!(text, ".SH \"{}\"", path.to_uppercase())?;
        let below = String::from_utf8_lossy(&below).replace(".SH ", ".SS ");
        text.write_all(below.as_bytes())?;
    }
    Ok(())
}

fn print(text: &[u8]) -> Result<ExitCode, Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text)?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

//! The command `vhi-usage`.

use std::process::ExitCode;

fn main() -> ExitCode {
    vhi_usage::cli::run()
}

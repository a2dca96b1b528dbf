//! The HTTP side's part of the settings.

use std::num::NonZeroU32;

use crate::config::{error::Problem, file::File, variables::Variables};

/// Requests a second and burst, if either is set.
pub fn rate_limit(
    file: &File,
    variables: &Variables,
    problems: &mut Vec<Problem>,
) -> Option<(NonZeroU32, NonZeroU32)> {
    let written = &file.written;
    let file = &file.api;
    let mut number = |variable: &str, key: &str, file: Option<u32>| {
        let word = variables.get(variable).map(str::to_owned);
        let word = word.or_else(|| file.map(|number| number.to_string()))?;
        let number = word.parse::<NonZeroU32>();
        number
            .map_err(|_| {
                let (path, why) = (
                    format!("api.{key}"),
                    "write a whole number from 1 on, or nothing for no limit",
                );
                problems.extend(written.problem(variables, variable, &path, why));
            })
            .ok()
    };
    let rps = number("RATE_LIMIT_RPS", "rate_limit_rps", file.rate_limit_rps);
    let burst = number(
        "RATE_LIMIT_BURST",
        "rate_limit_burst",
        file.rate_limit_burst,
    );
    match (rps, burst) {
        (None, None) => None,
        (Some(rps), burst) => Some((rps, burst.unwrap_or(rps))),
        // What the service before took where only the burst was set.
        (None, Some(burst)) => Some((NonZeroU32::MIN.saturating_add(9), burst)),
    }
}

//! What Linux says of a process: its CPU time and its memory. And the median of many samples.

#![allow(dead_code, reason = "no benchmark needs all of this room")]

use std::{fs, io, time::Duration};

/// The CPU time that all threads of the process have used so far, the ended ones included, to a clock
/// tick of 10 ms: measure over seconds.
pub(crate) fn cpu_time(pid: u32) -> io::Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name in parentheses may hold blanks; behind it come the state and then numbers.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let mut times = fields.split_whitespace().skip(11);
    let mut ticks = || times.next().and_then(|it| it.parse::<u64>().ok());
    match (ticks(), ticks()) {
        (Some(user), Some(system)) => Ok(Duration::from_millis((user + system) * 10)),
        _ => Err(io::Error::other(format!("/proc/{pid}/stat: {stat}"))),
    }
}

/// The memory of the process that is in RAM, in bytes.
pub(crate) fn resident(pid: u32) -> io::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|line| line.trim().strip_suffix(" kB"));
    let kib = line.and_then(|kib| kib.parse::<u64>().ok());
    kib.map(|kib| kib * 1024)
        .ok_or_else(|| io::Error::other(format!("/proc/{pid}/status has no VmRSS")))
}

/// The middle one, or the mean of the two in the middle.
///
/// # Panics
/// Where there is no sample.
pub(crate) fn median(samples: &[f64]) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (low, high) = (sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
    f64::midpoint(low, high)
}

/// The smallest sample that 99 in 100 do not exceed.
///
/// # Panics
/// Where there is no sample.
pub(crate) fn p99(samples: &[f64]) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[(sorted.len() * 99).div_ceil(100) - 1]
}

//! The target for the panel's compute stat.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vhi_usage_fuzz::panel_stat::check(bytes));

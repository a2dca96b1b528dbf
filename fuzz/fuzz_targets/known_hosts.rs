//! The target for a `known_hosts` file.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vhi_usage_fuzz::known_hosts::check(bytes));

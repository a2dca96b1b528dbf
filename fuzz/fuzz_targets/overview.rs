//! The target for the panel's overview and its licence.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vhi_usage_fuzz::overview::check(bytes));

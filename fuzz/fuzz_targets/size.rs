//! The target for a printed size.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vhi_usage_fuzz::size::check(bytes));

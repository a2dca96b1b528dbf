//! The target for a text that was kept, of any source.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vhi_usage_fuzz::again::check(bytes));

//! The target for the text of `vstorage stat`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vhi_usage_fuzz::report::check(bytes));

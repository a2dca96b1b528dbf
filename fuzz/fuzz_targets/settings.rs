//! The target for the settings file and the `.env` file.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vhi_usage_fuzz::settings::check(bytes));

//! The target for what stands in PEM, and fingerprints.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vhi_usage_fuzz::pem::check(bytes));

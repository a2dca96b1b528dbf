//! The target for what Prometheus and Grafana answer to a query.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vhi_usage_fuzz::query::check(bytes));

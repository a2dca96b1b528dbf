//! The commands of `vhi-usage`.

mod json;
pub mod parse_json;

//! The command `vhi-usage`.

fn main() {}

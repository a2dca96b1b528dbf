//! Lists of values in a statement, as `($1, $2), ($3, $4)`.

use std::fmt::Write;

/// So many rows go into one statement: neither database takes more than some ten thousand values.
pub const ROWS: usize = 500;

/// So many rows of so many values.
pub fn rows(count: usize, width: usize) -> String {
    let mut list = String::with_capacity(count * width * 6);
    for row in 0..count {
        list.push_str(if row == 0 { "(" } else { ", (" });
        numbers(&mut list, row * width + 1, width);
        list.push(')');
    }
    list
}

/// So many values from this number on, as `$3, $4, $5`.
pub fn values(first: usize, count: usize) -> String {
    let mut list = String::with_capacity(count * 6);
    numbers(&mut list, first, count);
    list
}

fn numbers(list: &mut String, first: usize, count: usize) {
    for number in first..first + count {
        let comma = if number == first { "" } else { ", " };
        // Nothing that is written into memory fails.
        if write!(list, "{comma}${number}").is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbered_through_all_rows() {
        assert_eq!(rows(2, 3), "($1, $2, $3), ($4, $5, $6)");
        assert_eq!(rows(1, 1), "($1)");
        assert_eq!(values(3, 2), "$3, $4");
    }
}

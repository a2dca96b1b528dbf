//! The names of a `known_hosts` line: hashed, or patterns of host names. Bytes, for OpenSSH takes them so.
//!
//! ```text
//! *.example,!node9.example    [node?.example]:2222    |1|salt|hash
//! ```

use hmac::{Hmac, KeyInit, Mac};
use russh::keys::ssh_key::known_hosts::HostPatterns;
use sha1::Sha1;

/// OpenSSH matches nothing against the patterns of a line from one of this length on.
const TOO_LONG: usize = 1023;

/// Whether the names of a line match this one: one of them does, and no negated one does.
pub fn speaks_of(names: &[u8], name: &str) -> bool {
    match names.first() {
        Some(b'|') => is_hash_of(names, name),
        _ => is_matched(names, name),
    }
}

fn is_hash_of(names: &[u8], name: &str) -> bool {
    let Ok(text) = str::from_utf8(names) else {
        return false;
    };
    let Ok(parsed @ HostPatterns::HashedName { .. }) = text.parse() else {
        return false;
    };
    // Another spelling of the same hash is none to OpenSSH, which compares the texts.
    let as_written = parsed.to_string() == text;
    let HostPatterns::HashedName { salt, hash } = parsed else {
        return false;
    };
    as_written
        && salt.len() == hash.len()
        && Hmac::<Sha1>::new_from_slice(&salt)
            .is_ok_and(|mac| mac.chain_update(name).verify_slice(&hash).is_ok())
}

fn is_matched(names: &[u8], name: &str) -> bool {
    let mut found = false;
    for pattern in names.split(|byte| *byte == b',') {
        let (negated, pattern) = match pattern.strip_prefix(b"!") {
            Some(pattern) => (true, pattern),
            None => (false, pattern),
        };
        if pattern.len() >= TOO_LONG {
            return false;
        }
        let fits = matches(&pattern.to_ascii_lowercase(), name.as_bytes());
        if fits && negated {
            return false;
        }
        found |= fits;
    }
    found
}

/// Shell-like match: `*` is any text, `?` any one byte.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut pattern_rest, mut name_rest) = (pattern, name);
    // Where to take up again after the last `*`: the pattern behind it, and the name that it has not yet eaten.
    let mut star: Option<(&[u8], &[u8])> = None;
    loop {
        match (pattern_rest.split_first(), name_rest.split_first()) {
            (Some((b'*', behind)), _) => {
                star = Some((behind, name_rest));
                pattern_rest = behind;
            }
            (Some((wanted, behind)), Some((found, left))) if *wanted == b'?' || wanted == found => {
                (pattern_rest, name_rest) = (behind, left);
            }
            (None, None) => return true,
            _ => {
                let Some((behind, eaten)) = &mut star else {
                    return false;
                };
                let Some((_, left)) = eaten.split_first() else {
                    return false;
                };
                *eaten = left;
                (pattern_rest, name_rest) = (*behind, left);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_match_across_dots_and_may_match_nothing() {
        for (pattern, name, expected) in [
            ("*", "", true),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "aXbY", false),
            ("*.example", "a.b.example", true),
            ("??", "a", false),
            ("a**", "a", true),
        ] {
            let found = matches(pattern.as_bytes(), name.as_bytes());
            assert_eq!(found, expected, "{pattern} {name}");
        }
    }

    #[test]
    fn a_line_with_a_name_beyond_all_lengths_speaks_of_nobody() {
        let long = "x".repeat(TOO_LONG);
        assert!(speaks_of(b"h,y", "h"));
        assert!(!speaks_of(format!("h,{long}").as_bytes(), "h"));
        assert!(speaks_of(format!("h,{}", &long[1..]).as_bytes(), "h"));
    }
}

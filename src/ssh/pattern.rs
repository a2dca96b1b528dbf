//! The names of a `known_hosts` line: hashed, or patterns of host names.
//!
//! ```text
//! *.example    node?.example
//! ```

use hmac::{Hmac, KeyInit, Mac};
use russh::keys::ssh_key::known_hosts::HostPatterns;
use sha1::Sha1;

/// Whether the patterns of a line match the name: one of them does, and no negated one does.
pub fn speaks_of(patterns: &HostPatterns, name: &str) -> bool {
    match patterns {
        HostPatterns::HashedName { salt, hash } => Hmac::<Sha1>::new_from_slice(salt)
            .is_ok_and(|mac| mac.chain_update(name).verify_slice(hash).is_ok()),
        HostPatterns::Patterns(patterns) => {
            let mut found = false;
            for pattern in patterns {
                match pattern.strip_prefix('!') {
                    Some(pattern) if matches(&pattern.to_lowercase(), name) => return false,
                    Some(_) => {}
                    None => found |= matches(&pattern.to_lowercase(), name),
                }
            }
            found
        }
    }
}

/// Shell-like match: `*` is any text, `?` any one character.
fn matches(pattern: &str, name: &str) -> bool {
    let mut pattern_rest = pattern.chars();
    let mut name_rest = name.chars();
    // Where to take up again after the last `*`: the pattern behind it, and the name that it has not yet eaten.
    let mut star: Option<(std::str::Chars<'_>, std::str::Chars<'_>)> = None;
    loop {
        let (mut pattern_next, mut name_next) = (pattern_rest.clone(), name_rest.clone());
        match (pattern_next.next(), name_next.next()) {
            (Some('*'), _) => {
                star = Some((pattern_next.clone(), name_rest.clone()));
                pattern_rest = pattern_next;
            }
            (Some(wanted), Some(found)) if wanted == '?' || wanted == found => {
                (pattern_rest, name_rest) = (pattern_next, name_next);
            }
            (None, None) => return true,
            _ => {
                let Some((behind, eaten)) = &mut star else {
                    return false;
                };
                if eaten.next().is_none() {
                    return false;
                }
                (pattern_rest, name_rest) = (behind.clone(), eaten.clone());
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
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}

//! Patterns of host names as `known_hosts` has them.
//!
//! ```text
//! *.example    node?.example
//! ```

/// Shell-like match: `*` is any text, `?` any one character.
pub fn matches(pattern: &str, name: &str) -> bool {
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

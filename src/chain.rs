//! An error and its causes as one line, for logs and for the last line of a command.

use std::error::Error;

/// The error, then each cause behind a colon. A cause that its error already says is not repeated.
pub fn chain(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let said = cause.to_string();
        if !words.contains(&said) {
            words.push_str(": ");
            words.push_str(&said);
        }
        next = cause.source();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{said}")]
    struct Layer {
        said: &'static str,
        source: Option<Box<Layer>>,
    }

    #[track_caller]
    fn says(layers: &[&'static str], line: &str) {
        let top = layers
            .iter()
            .rev()
            .fold(None, |source: Option<Box<Layer>>, said| {
                Some(Box::new(Layer { said, source }))
            });
        assert_eq!(chain(&top.expect("a layer")), line);
    }

    #[test]
    fn causes_follow_their_error_and_are_said_once() {
        says(&["cannot connect"], "cannot connect");
        says(&["cannot connect", "refused"], "cannot connect: refused");
        says(&["a", "b c", "c"], "a: b c");
    }
}

//! Where the next page begins: behind the last point of this one.
//!
//! It names a place in time and no row number, so that what is kept later moves no page. Callers hand it back as it
//! came; what stands in it is ours alone.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

use crate::history::step::Step;

/// The last point of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cursor {
    /// A reading, by its time in milliseconds since 1970 and its name.
    Reading(i64, Uuid),
    /// Up to this second everything is told.
    Told(Step, i64),
}

/// A text that is none of our cursors, or one of another question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`cursor` is not one that a page of this step gave: take `next_cursor` of the page before as it came, or leave it out to begin anew"
)]
pub struct NoCursor;

impl Cursor {
    /// As it is handed out.
    pub fn written(self) -> String {
        let place = match self {
            Cursor::Reading(at, id) => format!("{} {at} {id}", Step::Raw.name()),
            Cursor::Told(step, second) => format!("{} {second}", step.name()),
        };
        URL_SAFE_NO_PAD.encode(place)
    }

    /// One that pages of this step hand out.
    ///
    /// # Errors
    /// `NoCursor` for any other text.
    pub fn read(text: &str, step: Step) -> Result<Cursor, NoCursor> {
        let cursor = place(text, step).ok_or(NoCursor)?;
        // Only what we would write ourselves.
        (cursor.written() == text).then_some(cursor).ok_or(NoCursor)
    }
}

fn place(text: &str, step: Step) -> Option<Cursor> {
    let place = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let (word, place) = place.split_once(' ')?;
    if Step::named(word)? != step {
        return None;
    }
    Some(match step {
        Step::Raw => {
            let (at, id) = place.split_once(' ')?;
            Cursor::Reading(at.parse().ok()?, id.parse().ok()?)
        }
        _ => Cursor::Told(step, place.parse().ok()?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written_and_for_its_own_step() {
        let id = Uuid::from_u128(7);
        for (cursor, step) in [
            (Cursor::Reading(-1, id), Step::Raw),
            (Cursor::Reading(1_790_805_600_123, id), Step::Raw),
            (Cursor::Told(Step::Hour, 1_790_805_600), Step::Hour),
        ] {
            let written = cursor.written();
            assert!(
                written
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
            );
            assert_eq!(Cursor::read(&written, step), Ok(cursor));
            for other in Step::ALL.into_iter().filter(|other| *other != step) {
                assert_eq!(Cursor::read(&written, other), Err(NoCursor));
            }
        }
        for place in [
            "",
            "1h",
            "1h x",
            "1h +1",
            "1h 1 ",
            "raw 1",
            "raw 1 7",
            "raw 1 {id}",
            "2h 1",
        ] {
            let text = URL_SAFE_NO_PAD.encode(place);
            for step in Step::ALL {
                assert_eq!(Cursor::read(&text, step), Err(NoCursor), "{place}");
            }
        }
        assert_eq!(Cursor::read("%", Step::Raw), Err(NoCursor));
    }
}

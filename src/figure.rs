//! The wire shape of an amount, the one place shared by the HTTP side and the command `parse --json`.
//!
//! ```text
//! {"text":"57.3TB","bytes":63002016271565,"min":62947040690176,"max":63111967434342}
//! ```

use crate::{
    amount::{Amount, SizeBase},
    reading,
    vstorage::token::Size,
};
use serde::Serialize;
use utoipa::ToSchema;

/// An amount of bytes with the interval that it lies in, and the token that it was printed as. Whole numbers, which a
/// double does not hold beyond 2^53.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Figure {
    /// The token as printed, such as `57.3TB`; not there where the figure was not printed but is a difference, or exact.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub text: Option<String>,
    /// The figure itself in bytes, to the nearest one.
    pub bytes: u64,
    /// The least count of bytes that it may stand for; the same as `bytes` where the figure is exact.
    pub min: u64,
    /// The greatest count of bytes that it may stand for; the same as `bytes` where the figure is exact.
    pub max: u64,
}

impl Figure {
    /// An amount beside the token it was printed as.
    pub fn printed(text: impl ToString, amount: Amount) -> Self {
        Figure {
            text: Some(text.to_string()),
            ..Figure::from(amount)
        }
    }

    /// A printed size in a base. `None`: the size has no amount there, see [`Size::amount`].
    pub fn of(size: Size, base: SizeBase) -> Option<Self> {
        Some(Figure::printed(size, size.amount(base)?))
    }
}

impl From<Amount> for Figure {
    fn from(Amount { bytes, min, max }: Amount) -> Self {
        Figure {
            text: None,
            bytes,
            min,
            max,
        }
    }
}

impl From<reading::Figure> for Figure {
    fn from(figure: reading::Figure) -> Self {
        match figure.printed {
            Some(size) => Figure::printed(size, figure.amount),
            None => Figure::from(figure.amount),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_figure_shows_its_token_first() {
        let size = "57.3TB".parse().unwrap();
        assert_eq!(
            serde_json::to_string(&Figure::of(size, SizeBase::Binary)).unwrap(),
            r#"{"text":"57.3TB","bytes":63002016271565,"min":62947040690176,"max":63111967434342}"#
        );
    }

    #[test]
    fn a_derived_figure_has_no_text_key() {
        assert_eq!(
            serde_json::to_string(&Figure::from(Amount::exact(7))).unwrap(),
            r#"{"bytes":7,"min":7,"max":7}"#
        );
    }

    #[test]
    fn a_size_too_large_for_the_wire_is_no_figure() {
        let size = "16EB".parse().unwrap();
        assert_eq!(Figure::of(size, SizeBase::Binary), None);
    }
}

//! Closed lists of words as answers use them: each word with its meaning, and the schema that says both.
//!
//! ```text
//! /// The difference is within the tolerance.
//! Agrees = "agrees",        ->   "agrees" on the wire, and the sentence in the description of the routes
//! ```
//!
//! What stands above a variant is what callers are told of the word, so neither is ever without the other.

pub mod wire;

/// Declares an enum whose variants are words on the wire, under the name that its schema has there.
macro_rules! words {
    ($(#[doc = $about:literal])+ $name:ident as $schema:literal {
        $($(#[doc = $meaning:literal])+ $variant:ident = $word:literal,)+
    }) => {
        $(#[doc = $about])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[doc = $meaning])+ $variant,)+ }

        impl $name {
            /// Every one, in order.
            pub const ALL: [$name; [$($word),+].len()] = [$($name::$variant),+];

            /// The word on the wire.
            pub fn name(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }

            /// What the word means, in one sentence or more.
            pub fn meaning(self) -> &'static str {
                match self { $($name::$variant => concat!($($meaning),+).trim_start(),)+ }
            }
        }

        $crate::words::wire::wire!($name as $schema, concat!($($about),+), meaning);
    };
}
pub(crate) use words;

#[cfg(test)]
#[expect(unreachable_pub, reason = "lists are public")]
mod tests {
    use utoipa::PartialSchema;

    words! {
        /// How a light
        /// shines.
        Light as "Lamp" {
            /// It shines
            /// brightly.
            On = "on",
            /// It does not.
            Off = "off",
        }
    }

    #[test]
    fn a_list_is_described_by_the_words_that_it_is_written_with() {
        let lights = serde_json::to_string(&Light::ALL).unwrap();
        assert_eq!(lights, r#"["on","off"]"#);
        assert_eq!(
            serde_json::from_str::<[Light; 2]>(&lights).unwrap(),
            Light::ALL
        );
        assert!(serde_json::from_str::<Light>(r#""dim""#).is_err());
        assert_eq!(Light::On.meaning(), "It shines brightly.");
        let schema = serde_json::to_value(Light::schema()).unwrap();
        let described = serde_json::json!({
            "type": "string",
            "description": "How a light shines.\n\n* `on`: It shines brightly.\n* `off`: It does not.",
            "enum": ["on", "off"],
        });
        assert_eq!(schema, described);
        assert_eq!(<Light as utoipa::ToSchema>::name(), "Lamp");
    }
}

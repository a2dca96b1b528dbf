//! How a closed list is written, and how it is described and read: by its words, each with what it means.

/// Writes, reads and describes an enum that has `ALL` and `name()`; the last argument is its method for what a word means.
macro_rules! wire {
    ($name:ident as $schema:literal, $about:expr, $meaning:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<$name, D::Error> {
                use serde::de::{Error, Unexpected};
                let word: std::borrow::Cow<str> = serde::Deserialize::deserialize(deserializer)?;
                let found = $name::ALL.iter().copied().find(|it| it.name() == word);
                found.ok_or_else(|| {
                    Error::invalid_value(Unexpected::Str(&word), &"a word of the list")
                })
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                let row = |it: &$name| format!("\n* `{}`: {}", it.name(), it.$meaning());
                let rows: String = $name::ALL.iter().map(row).collect();
                let about: &str = $about;
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::Type::String)
                    .description(Some(format!("{}\n{rows}", about.trim_start())))
                    .enum_values(Some($name::ALL.iter().map(|it| it.name())))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed($schema)
            }
        }
    };
}
pub(crate) use wire;

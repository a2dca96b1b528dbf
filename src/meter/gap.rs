//! A time in which something was not measured, and why.

use std::borrow::Cow;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

use crate::{
    meter::{quantity::Quantity, window::Window},
    reason::Code,
};

/// A time in which quantities were not measured, for one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// From when to when.
    pub window: Window,
    /// Why.
    pub reason: GapReason,
    /// Which quantities.
    pub quantities: Quantities,
}

/// Why something was not measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GapReason {
    /// The source was asked and gave no reading.
    Failed(Code),
    /// Nobody asked.
    NotRunning,
    /// The reading that stood does not give the quantity.
    NotGiven,
    /// It is yet to come.
    Future,
}

/// A set of quantities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quantities(u16);

impl GapReason {
    /// Those that no source tells.
    pub const OURS: [GapReason; 3] = [
        GapReason::NotRunning,
        GapReason::NotGiven,
        GapReason::Future,
    ];

    /// The word on the wire.
    pub fn name(self) -> &'static str {
        match self {
            GapReason::Failed(code) => code.name(),
            GapReason::NotRunning => "not_running",
            GapReason::NotGiven => "not_given",
            GapReason::Future => "future",
        }
    }

    /// What it means, in one sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            GapReason::Failed(code) => code.message(),
            GapReason::NotRunning => "nobody asked",
            GapReason::NotGiven => "the reading that stood does not give the quantity",
            GapReason::Future => "it is yet to come",
        }
    }

    /// Every one, those of the sources last.
    pub fn all() -> impl Iterator<Item = GapReason> {
        let told = Code::ALL.iter().map(|code| GapReason::Failed(*code));
        GapReason::OURS.into_iter().chain(told)
    }

    /// The one of this word; `None` where none has it.
    pub fn named(name: &str) -> Option<GapReason> {
        GapReason::all().find(|it| it.name() == name)
    }
}

impl Quantities {
    /// These.
    pub fn of(quantities: &[Quantity]) -> Quantities {
        let mut set = Quantities::default();
        for quantity in quantities {
            set.insert(*quantity);
        }
        set
    }

    /// This one as well.
    pub fn insert(&mut self, quantity: Quantity) {
        self.0 |= 1 << quantity as u16;
    }

    /// Whether this one is among them.
    pub fn holds(self, quantity: Quantity) -> bool {
        self.0 & (1 << quantity as u16) != 0
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Each, in the order of [`Quantity::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Quantity> {
        Quantity::ALL.into_iter().filter(move |it| self.holds(*it))
    }

    /// A bit for each.
    pub fn bits(self) -> u16 {
        self.0
    }

    /// Those of these bits; `None` where one stands for no quantity.
    pub fn from_bits(bits: u16) -> Option<Quantities> {
        (bits >> Quantity::ALL.len() == 0).then_some(Quantities(bits))
    }
}

impl serde::Serialize for GapReason {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> serde::Deserialize<'de> for GapReason {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<GapReason, D::Error> {
        let word = Cow::<str>::deserialize(deserializer)?;
        let unknown = || serde::de::Error::custom("no reason of a gap");
        GapReason::named(&word).ok_or_else(unknown)
    }
}

impl PartialSchema for GapReason {
    fn schema() -> RefOr<Schema> {
        let row = |it: GapReason| format!("\n* `{}`: {}", it.name(), it.meaning());
        let rows: String = GapReason::all().map(row).collect();
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(format!("Why something was not measured.\n{rows}")))
            .enum_values(Some(GapReason::all().map(GapReason::name)))
            .into()
    }
}

impl ToSchema for GapReason {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("GapReason")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_reason_has_a_word_of_its_own_and_is_found_by_it() {
        let words: BTreeSet<&str> = GapReason::all().map(GapReason::name).collect();
        assert_eq!(words.len(), GapReason::OURS.len() + Code::ALL.len());
        for reason in GapReason::all() {
            assert_eq!(GapReason::named(reason.name()), Some(reason));
            let json = serde_json::to_string(&reason).unwrap();
            let back: GapReason = serde_json::from_str(&json).unwrap();
            assert_eq!(back, reason);
        }
        assert_eq!(GapReason::named("no_such_reason"), None);
    }

    #[test]
    fn a_set_of_quantities_is_read_from_its_bits() {
        let set = Quantities::of(&[Quantity::ProvisionedUsed, Quantity::LogicalUsed]);
        assert_eq!(Quantities::from_bits(set.bits()), Some(set));
        let found: Vec<Quantity> = set.iter().collect();
        assert_eq!(found, [Quantity::LogicalUsed, Quantity::ProvisionedUsed]);
        let all = Quantities::of(&Quantity::ALL);
        assert_eq!(Quantities::from_bits(all.bits()), Some(all));
        assert_eq!(Quantities::from_bits(all.bits() + 1), None);
        assert!(Quantities::default().is_empty() && !set.is_empty());
    }
}

//! What a printed unit stands for, as far as a witness in exact bytes can tell.
//!
//! ```text
//! Space: … free 13.0TB of 57.3TB     overview: 63002016271565 bytes     ->  powers of 1024, not of 1000
//! ```
//!
//! The physical total is printed on the node and exact elsewhere, and it does not move while clients write.
//! Whatever the witnesses say, the base that is in force stays: it is a setting.

use crate::{
    amount::{Amount, SizeBase},
    reading::{BaseInForce, Source, StorageReading},
    vstorage::token::Size,
    words::words,
};

words! {
    /// The base in which the printed physical total and the exact one of a witness agree.
    Support as "SizeBaseSupport" {
        /// Powers of 1024.
        Binary = "1024",
        /// Powers of 1000.
        Decimal = "1000",
        /// Either.
        Both = "both",
        /// None: the two are not the same quantity, or one of them is wrong.
        Neither = "neither",
    }
}

impl Support {
    /// What an exact size says of a printed one.
    pub fn of(printed: Size, exact: Amount) -> Support {
        let fits = |base| {
            let printed = printed.amount(base);
            printed.is_some_and(|it| it.min <= exact.max && exact.min <= it.max)
        };
        match (fits(SizeBase::Binary), fits(SizeBase::Decimal)) {
            (true, false) => Support::Binary,
            (false, true) => Support::Decimal,
            (true, true) => Support::Both,
            (false, false) => Support::Neither,
        }
    }

    fn for_base(self, base: SizeBase) -> SizeBaseEvidence {
        match (self, base) {
            (Support::Binary, SizeBase::Binary) | (Support::Decimal, SizeBase::Decimal) => {
                SizeBaseEvidence::Confirmed
            }
            (Support::Binary, SizeBase::Decimal) | (Support::Decimal, SizeBase::Binary) => {
                SizeBaseEvidence::Contradicted
            }
            (Support::Both | Support::Neither, _) => SizeBaseEvidence::Undecided,
        }
    }
}

words! {
    /// What witnesses in exact bytes say of the size base in force.
    SizeBaseEvidence as "SizeBaseEvidence" {
        /// Nothing: there is none in exact bytes, or it fits both bases, or neither.
        Undecided = "undecided",
        /// It is the right one.
        Confirmed = "confirmed",
        /// Another one is the right one. The figures stay as they are until a person changes the setting.
        Contradicted = "contradicted",
    }
}

/// The base in force, and what each witness says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SizeBaseFinding {
    /// The base in force.
    pub base: BaseInForce,
    /// What each source in exact bytes supports.
    pub support: Vec<(Source, Support)>,
}

impl SizeBaseFinding {
    /// Of the reading that was printed, and of those in exact bytes. `None`: nothing was printed.
    pub fn of<'a>(
        readings: impl Iterator<Item = &'a StorageReading> + Clone,
    ) -> Option<SizeBaseFinding> {
        let mut printed = readings.clone().filter_map(|reading| {
            let size = reading.physical?.total.printed?;
            Some((size, reading.size_base?))
        });
        let (size, base) = printed.next()?;
        let exact = readings.filter_map(|reading| {
            let total = reading.physical?.total;
            let exact = total.printed.is_none().then_some(total.amount)?;
            Some((reading.source, Support::of(size, exact)))
        });
        Some(SizeBaseFinding {
            base,
            support: exact.collect(),
        })
    }

    /// One that contradicts outweighs any that confirms: a wrong base is a wrong bill.
    pub fn evidence(&self) -> SizeBaseEvidence {
        let evidence = self
            .support
            .iter()
            .map(|(_, it)| it.for_base(self.base.base));
        evidence.max().unwrap_or(SizeBaseEvidence::Undecided)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIB: u64 = 1 << 40;

    #[track_caller]
    fn supports(printed: &str, exact: u64, expected: Support) {
        let printed = printed.parse().unwrap();
        assert_eq!(Support::of(printed, Amount::exact(exact)), expected);
    }

    #[test]
    fn one_exact_total_tells_the_bases_apart() {
        supports("57.3TB", 573 * TIB / 10, Support::Binary);
        supports("57.3TB", 57_310_000_000_000, Support::Decimal);
        supports("57.3TB", 60_000_000_000_000, Support::Neither);
        supports("512B", 512, Support::Both);
        supports("1KB", 1_020, Support::Both);
        supports("16EB", 16_000_000_000_000_000_000, Support::Decimal);
    }

    #[test]
    fn a_contradiction_outweighs_a_confirmation() {
        let finding = |support: &[Support]| SizeBaseFinding {
            base: BaseInForce {
                base: SizeBase::Binary,
                configured: false,
            },
            support: support.iter().map(|it| (Source::Overview, *it)).collect(),
        };
        let evidence = |support: &[Support]| finding(support).evidence();
        assert_eq!(evidence(&[]), SizeBaseEvidence::Undecided);
        assert_eq!(evidence(&[Support::Both]), SizeBaseEvidence::Undecided);
        assert_eq!(evidence(&[Support::Neither]), SizeBaseEvidence::Undecided);
        assert_eq!(
            evidence(&[Support::Neither, Support::Binary]),
            SizeBaseEvidence::Confirmed
        );
        assert_eq!(
            evidence(&[Support::Decimal, Support::Binary]),
            SizeBaseEvidence::Contradicted
        );
    }
}

//! Total, used and free of an overview: drawn, and as they are written.

use crate::{
    drawn::Drawn,
    json::{Word, count},
};
use num_bigint::BigInt;
use vhi_usage::reading::{Figure, Space};

/// What is written of a space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Share {
    /// Total or free is not there, and nothing that is there is odd.
    Absent,
    /// Something of it is no count of bytes, or its parts do not hold together.
    Odd,
    /// Total, used and free.
    Is([BigInt; 3]),
}

impl Share {
    /// What is written of it.
    pub fn of(word: Option<Word<'_>>) -> Share {
        let Some(word) = word else {
            return Share::Absent;
        };
        if word.entries().is_none() {
            return Share::Odd;
        }
        let [total, used, free] = ["total", "used", "free"].map(|key| word.get(key).map(bytes));
        match (total, used, free) {
            (Some(None), _, _) | (_, Some(None), _) | (_, _, Some(None)) => Share::Odd,
            (Some(Some(total)), used, Some(Some(free))) => {
                let left = &total - &free;
                let wrong = used.flatten().is_some_and(|used| used != left);
                match left < BigInt::ZERO || wrong {
                    true => Share::Odd,
                    false => Share::Is([total, left, free]),
                }
            }
            _ => Share::Absent,
        }
    }

    /// What is served as exact figures.
    pub fn read(space: Option<Space>) -> Share {
        let Some(space) = space else {
            return Share::Absent;
        };
        Share::Is([space.total, space.used, space.free].map(exact))
    }

    /// What is to be served of it.
    pub fn served(self) -> Share {
        match self {
            Share::Odd => Share::Absent,
            share => share,
        }
    }
}

/// The bytes of a figure, which is exact and was not printed.
pub fn exact(figure: Figure) -> BigInt {
    assert_eq!(figure, Figure::exact(figure.amount.bytes));
    BigInt::from(figure.amount.bytes)
}

/// A count of bytes, if it is one.
pub fn bytes(word: Word<'_>) -> Option<BigInt> {
    let bytes = word.whole()?;
    (BigInt::ZERO..=BigInt::from(u64::MAX))
        .contains(&bytes)
        .then_some(bytes)
}

/// All tiers together; absent where one of them is, or where 64 bits do not hold it.
pub fn sum(tiers: Vec<Share>) -> Share {
    let none = [BigInt::ZERO, BigInt::ZERO, BigInt::ZERO];
    if tiers.is_empty() {
        return Share::Absent;
    }
    let sum = tiers
        .into_iter()
        .try_fold(none, |[a, b, c], tier| match tier {
            Share::Is([total, used, free]) => Some([a + total, b + used, c + free]),
            _ => None,
        });
    match sum {
        Some(sum) if sum[0] <= BigInt::from(u64::MAX) => Share::Is(sum),
        _ => Share::Absent,
    }
}

/// A count of bytes.
pub fn drawn_count(it: &mut Drawn<'_>) -> String {
    let number = it.number();
    count(it, number)
}

/// Total and free, and used, which is mostly right.
pub fn drawn_space(it: &mut Drawn<'_>) -> String {
    let (one, other) = (it.number(), it.number());
    let (total, free) = (one.max(other), one.min(other));
    let used = match it.below(8) {
        0..5 => total - free,
        5 => total,
        _ => {
            let (total, free) = (count(it, total), count(it, free));
            return format!("{{\"total\": {total}, \"free\": {free}}}");
        }
    };
    let [total, used, free] = [total, used, free].map(|number| count(it, number));
    format!("{{\"total\": {total}, \"used\": {used}, \"free\": {free}}}")
}

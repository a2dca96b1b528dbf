//! What the answers to the queries of one reading mean together.
//!
//! Of a question that was asked again the newer answer counts, and with it whatever was asked behind it.

use jiff::SignedDuration;

use crate::{
    amount::Amount,
    promql::{answer, vector::Vector},
    reading::{Source, Space, StorageReading, Tier},
    source::{
        error::SourceError,
        metric::{self, Unfit},
        question::Question,
        sides::{FREE, Moments, Side, TOTAL, fit},
        transcript::Transcript,
    },
    vstorage::unread::Unread,
    web::teller::Teller,
};

/// So much older than the tiers may the space on the disks be: as much as a witness may lag behind.
const LAG: SignedDuration = SignedDuration::from_mins(2);
/// The key of the query of all space on the disks.
pub const PHYSICAL_TOTAL: &str = "physical_total_query";
/// The key of the query of free space on the disks.
pub const PHYSICAL_FREE: &str = "physical_free_query";

/// The questions of one side: sum, tiers, oldest and newest sample.
pub type Questions = [Question; 4];
/// Of all space.
pub const OF_TOTAL: Questions = [
    Question::Total,
    Question::TotalByTier,
    Question::TotalOldest,
    Question::TotalNewest,
];
/// Of free space.
pub const OF_FREE: Questions = [
    Question::Free,
    Question::FreeByTier,
    Question::FreeOldest,
    Question::FreeNewest,
];

/// The answers of a Prometheus, straight or through Grafana.
#[derive(Clone, Copy, Debug)]
pub struct Answers<'a> {
    /// Which source.
    pub source: Source,
    /// Who gave them.
    pub teller: Teller<'a>,
    /// What was given.
    pub heard: &'a Transcript,
}

/// What the answers mean, and what is to be said of them.
#[derive(Debug)]
pub struct Understood {
    /// What they mean.
    pub reading: StorageReading,
    /// Whether some series name a tier and some do not.
    pub mixed: bool,
    /// Why there is no figure of the space on the disks; `None` where there is one, or there are no series of it.
    pub missed: Option<SourceError>,
}

impl Answers<'_> {
    /// Both sides, as they were asked for last.
    ///
    /// # Errors
    /// Where one of them has no figure.
    pub fn sides(&self) -> Result<(Side, Side), SourceError> {
        let heard = &self.heard.since(Question::Total);
        let last = Answers { heard, ..*self };
        Ok((last.side(TOTAL, OF_TOTAL)?, last.side(FREE, OF_FREE)?))
    }

    fn side(&self, key: &'static str, questions: Questions) -> Result<Side, SourceError> {
        let [sum, tiers, oldest, newest] = questions;
        let unfit = |why| self.unfit(key, why);
        let (sum, tiers) = (self.vector(sum)?, self.vector(tiers)?);
        Ok(Side {
            sum: metric::one(&sum).map_err(unfit)?,
            tiers: metric::by_tier(&tiers).map_err(unfit)?,
            at: self.moments(key, oldest, newest)?,
        })
    }

    /// When the samples of these series were taken.
    fn moments(
        &self,
        key: &'static str,
        oldest: Question,
        newest: Question,
    ) -> Result<Moments, SourceError> {
        let unfit = |why| self.unfit(key, why);
        let (oldest, newest) = (self.vector(oldest)?, self.vector(newest)?);
        Ok(Moments {
            oldest: metric::moment(&oldest).map_err(unfit)?,
            newest: metric::moment(&newest).map_err(unfit)?,
        })
    }

    /// What they mean.
    ///
    /// # Errors
    /// Where the sides have no figures, or do not fit together.
    pub fn understand(&self) -> Result<Understood, SourceError> {
        let (total, free) = self.sides()?;
        let (logical, tiers) = fit(&total, &free).map_err(|(key, why)| self.unfit(key, why))?;
        let observed_at = total.at.and(free.at).oldest;
        let (physical, missed) = match self.physical() {
            Ok(space) => (space, None),
            Err(error) => (None, Some(error)),
        };
        let mixed = tiers.len() > 1 && tiers.iter().any(|(tier, _)| tier.is_none());
        let reading = StorageReading {
            source: self.source,
            basis: self.source.basis(),
            observed_at,
            node: None,
            cluster_status: None,
            size_base: None,
            logical,
            physical,
            user_data: None,
            user_data_by: None,
            replication: None,
            license: None,
            tiers: named(tiers),
            services: None,
            unread: Unread::default(),
        };
        Ok(Understood {
            reading,
            mixed,
            missed,
        })
    }

    /// What is free on the disks, of all that is on them. Not an error, and no figure: there are no series of it.
    ///
    /// # Errors
    /// Where it has no figure, or one of another time than the sides.
    pub fn physical(&self) -> Result<Option<Space>, SourceError> {
        let (all, left) = self.sides()?;
        let observed_at = all.at.and(left.at).oldest;
        let heard = &self.heard.since(Question::PhysicalTotal);
        let last = Answers { heard, ..*self };
        let Some(total) = last.aside(PHYSICAL_TOTAL, Question::PhysicalTotal)? else {
            return Ok(None);
        };
        let Some(free) = last.aside(PHYSICAL_FREE, Question::PhysicalFree)? else {
            return Ok(None);
        };
        let of_total = last.moments(
            PHYSICAL_TOTAL,
            Question::PhysicalTotalOldest,
            Question::PhysicalTotalNewest,
        )?;
        let of_free = last.moments(
            PHYSICAL_FREE,
            Question::PhysicalFreeOldest,
            Question::PhysicalFreeNewest,
        )?;
        if !of_total.and(of_free).is_one() {
            return Err(self.unfit(PHYSICAL_FREE, Unfit::OtherMoments));
        }
        if observed_at.duration_since(of_total.oldest) > LAG {
            return Err(self.unfit(PHYSICAL_TOTAL, Unfit::Old));
        }
        let space = Space::derived(total, free);
        let space = space.ok_or_else(|| self.unfit(PHYSICAL_FREE, Unfit::MoreFree))?;
        Ok(Some(space))
    }

    /// A figure that a reading can do without; `None` where there are no series of it.
    ///
    /// # Errors
    /// Where there are, and they give no figure.
    pub fn aside(
        &self,
        key: &'static str,
        question: Question,
    ) -> Result<Option<Amount>, SourceError> {
        let vector = self.vector(question)?;
        if vector.samples.is_empty() && !vector.warned {
            return Ok(None);
        }
        let amount = metric::one(&vector).map_err(|why| self.unfit(key, why))?;
        Ok(Some(amount))
    }

    fn vector(&self, question: Question) -> Result<Vector, SourceError> {
        let answer = self.heard.answer(question);
        let (asked, body) = answer.map_err(|source| SourceError::Kept {
            source_name: self.source.name(),
            source,
        })?;
        Ok(answer::vector(self.teller, asked, body.as_bytes())?)
    }

    fn unfit(&self, key: &'static str, source: Unfit) -> SourceError {
        SourceError::Metrics {
            peer: self.teller.peer,
            url: self.teller.url.to_owned(),
            key,
            source,
        }
    }
}

/// The tiers by their names; `None` where a series names none.
fn named(tiers: Vec<(Option<String>, Space)>) -> Option<Vec<Tier>> {
    let named = tiers.into_iter().map(|(tier, space)| {
        Some(Tier {
            id: tier?,
            logical: Some(space),
            physical: None,
        })
    });
    named.collect()
}

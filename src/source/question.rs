//! What is asked of a source that gives its figures in several answers.

use crate::words::words;

words! {
    /// What of a reading an answer is for.
    Question as "Question" {
        /// The panel's list of clusters.
        Clusters = "clusters",
        /// The panel's overview of the cluster.
        Overview = "overview",
        /// The panel's word on the licence.
        License = "license",
        /// The panel's compute stat.
        Stat = "stat",
        /// All space.
        Total = "total",
        /// All space of each tier.
        TotalByTier = "total_by_tier",
        /// When the oldest sample of all space was taken.
        TotalOldest = "total_oldest",
        /// When the newest one was.
        TotalNewest = "total_newest",
        /// Free space.
        Free = "free",
        /// Free space of each tier.
        FreeByTier = "free_by_tier",
        /// When the oldest sample of free space was taken.
        FreeOldest = "free_oldest",
        /// When the newest one was.
        FreeNewest = "free_newest",
        /// All space on the disks.
        PhysicalTotal = "physical_total",
        /// When the oldest sample of it was taken.
        PhysicalTotalOldest = "physical_total_oldest",
        /// When the newest one was.
        PhysicalTotalNewest = "physical_total_newest",
        /// Free space on the disks.
        PhysicalFree = "physical_free",
        /// When the oldest sample of it was taken.
        PhysicalFreeOldest = "physical_free_oldest",
        /// When the newest one was.
        PhysicalFreeNewest = "physical_free_newest",
    }
}

impl Question {
    /// The question of this name.
    pub fn named(name: &str) -> Option<Question> {
        Question::ALL.into_iter().find(|it| it.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_is_found_by_its_name() {
        for question in Question::ALL {
            assert_eq!(Question::named(question.name()), Some(question));
        }
        assert_eq!(Question::named("canary"), None);
    }
}

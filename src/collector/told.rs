//! What has been said in the log of the witnesses: each change once.

use std::collections::HashMap;

use crate::{
    cluster_name::ClusterName,
    reading::Source,
    witness::{
        Compared, Comparison,
        quantity::Quantity,
        size_base::SizeBaseEvidence,
        verdict::{Verdict, Why},
    },
};

/// The verdicts as they were said last.
#[derive(Debug)]
pub struct Told {
    verdicts: HashMap<(Source, Quantity), &'static str>,
    size_base: SizeBaseEvidence,
}

impl Default for Told {
    fn default() -> Told {
        Told {
            verdicts: HashMap::new(),
            size_base: SizeBaseEvidence::Undecided,
        }
    }
}

impl Told {
    /// Says what is new.
    pub fn tell(&mut self, compared: &Compared, cluster: &ClusterName) {
        for row in &compared.comparisons {
            self.tell_verdict(row, cluster);
        }
        let Some(finding) = &compared.size_base else {
            return;
        };
        let evidence = finding.evidence();
        let has_witness = !finding.support.is_empty();
        if evidence == self.size_base || !has_witness {
            return;
        }
        self.size_base = evidence;
        let (base, evidence) = (finding.base.base.factor(), evidence.name());
        match finding.evidence() {
            SizeBaseEvidence::Contradicted => tracing::warn!(
                %cluster, size_base = base, evidence,
                "the physical total in exact bytes contradicts the size base: figures stay as they are; see `vhi-usage check`, and set size_base"
            ),
            _ => {
                tracing::info!(%cluster, size_base = base, evidence, "the evidence for the size base changed");
            }
        }
    }

    fn tell_verdict(&mut self, row: &Comparison, cluster: &ClusterName) {
        let (witness, quantity) = (row.source.name(), row.quantity.name());
        let verdict = row.verdict.name();
        // Why a source gives no reading is said where it is read, and its verdicts stand until there is one.
        if matches!(
            row.verdict.why(),
            Some(Why::NoBilledReading | Why::NoWitnessReading)
        ) {
            return;
        }
        let before = self.verdicts.insert((row.source, row.quantity), verdict);
        if before == Some(verdict) {
            return;
        }
        let Some(distance) = row.verdict.distance() else {
            let why = row.verdict.why().map(Why::name);
            // That two sources never meant the same is nothing new.
            if before.is_some() {
                tracing::warn!(%cluster, witness, quantity, why, "a witness can no longer be compared");
            }
            return;
        };
        let (difference, tolerance) = (distance.difference, distance.tolerance);
        match row.verdict {
            Verdict::Differs(_) => tracing::warn!(
                %cluster, witness, quantity, difference_bytes = difference, tolerance_bytes = tolerance,
                "a witness differs from the billed source: see `vhi-usage check`"
            ),
            _ => tracing::info!(
                %cluster, witness, quantity, difference_bytes = difference, tolerance_bytes = tolerance,
                "a witness agrees with the billed source"
            ),
        }
    }
}

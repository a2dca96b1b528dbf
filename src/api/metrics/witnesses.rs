//! What the witnesses say of the billed figures and of the size base.

use crate::{
    api::metrics::page::{Named, Page, whole},
    usage::ClusterUsage,
    witness::{size_base::SizeBaseEvidence, verdict::Outcome},
};

const VERDICT: Named = (
    "vhi_usage_witness_verdict",
    "What came of comparing a witness with the billed source: 1 for the verdict that holds, else 0.",
);
const DIFFERENCE: Named = (
    "vhi_usage_witness_difference_bytes",
    "The witness's figure less the billed one; absent where they cannot be compared.",
);
const TOLERANCE: Named = (
    "vhi_usage_witness_tolerance_bytes",
    "The greatest difference that print and time explain; absent where nothing is compared.",
);
const BASE: Named = (
    "vhi_usage_size_base",
    "What a printed unit is a power of: 1024 or 1000; absent where sizes are not printed.",
);
const EVIDENCE: Named = (
    "vhi_usage_size_base_evidence",
    "What witnesses in exact bytes say of the size base: 1 for what holds, else 0.",
);

/// Of this cluster.
pub fn fill(page: &mut Page, usage: &ClusterUsage) {
    let cluster = ("cluster", usage.cluster.as_str());
    let compared = usage.compared();
    let verdicts = Outcome::ALL.map(Outcome::name);
    for row in &compared.comparisons {
        let source = ("source", row.source.name());
        let labels = [cluster, source, ("quantity", row.quantity.name())];
        let verdict = row.verdict.name();
        page.choice(VERDICT, &labels, ("verdict", &verdicts), verdict);
        let distance = row.verdict.distance();
        page.gauge(DIFFERENCE, &labels, distance.map(|it| whole(it.difference)));
        let tolerance = distance.and_then(|it| i128::try_from(it.tolerance).ok());
        page.gauge(TOLERANCE, &labels, tolerance.map(whole));
    }
    let finding = compared.size_base.as_ref();
    // Of the billed source, or else of the witness that prints sizes.
    let printed = finding.map(|finding| finding.base);
    let Some(base) = usage.billed.size_base.or(printed) else {
        return;
    };
    let factor = whole(base.base.factor());
    page.gauge(BASE, &[cluster, ("origin", base.origin().name())], factor);
    let evidence = finding.map_or(SizeBaseEvidence::Undecided, |it| it.evidence());
    let sayings = SizeBaseEvidence::ALL.map(SizeBaseEvidence::name);
    page.choice(
        EVIDENCE,
        &[cluster],
        ("evidence", &sayings),
        evidence.name(),
    );
}

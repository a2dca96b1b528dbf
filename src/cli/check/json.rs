//! The line of `check --json`: what the page for people says, for programs.

use serde_json::{Map, Value, json};

use crate::{
    chain::chain,
    cli::{
        check::{
            base,
            found::{Asked, Found, Printed},
            licence::Licence,
            printed_back::PrintedBack,
            rows::{self, Row},
        },
        figures::Tib,
        parse_json,
    },
    clock,
    condition::LicenseState,
    figure::Figure as Wire,
    headroom::Headroom,
    reading::Source,
    source::{compute_stat, error::SourceError},
    witness::Comparison,
};

/// Everything about one cluster.
pub fn line(found: &Found) -> Value {
    let printed = found.printed.as_ref();
    let evidence = printed.map(|printed| &printed.evidence);
    let base = found.size_base;
    let asked = |asked: &Asked| {
        json!({
            "source": asked.source.name(),
            "observed_at": observed_at(asked),
            "error": asked.read.reading.as_ref().err().map(failure),
        })
    };
    let comparisons = found.compared.comparisons.iter();
    json!({
        "cluster": found.cluster.as_str(),
        "verdict": found.verdict().name(),
        "complaints": found.complaints(),
        "warnings": found.warnings(),
        "storage": {
            "source": found.billed.source.name(),
            "basis": found.billed.source.basis().name(),
            "error": found.billed.read.reading.as_ref().err().map(failure),
            "printed_by": printed.map(|_| Source::Ssh.name()),
            "printed_at": evidence.map(|evidence| clock::rfc3339(evidence.at)),
            "node": evidence.and_then(|evidence| evidence.node.as_ref()),
            "command": evidence.and_then(|evidence| evidence.command.as_ref()),
            "observed_at": observed_at(&found.billed),
            "size_base": base.map(|base| base.base.factor()),
            "size_base_origin": base.map(|base| base.origin().name()),
            "size_base_evidence": base.map(|_| base::evidence(found).name()),
            "size_base_support": base::says(found).iter().map(|says| json!({
                "source": says.source.name(),
                "supports": says.support.name(),
                "physical_total_bytes": says.total.bytes,
            })).collect::<Vec<_>>(),
            "raw": printed.map(Printed::text),
            "marks": printed.map(marks),
            "report": printed.zip(base).map(|(printed, base)| {
                parse_json::line(printed.evidence.node.as_deref().unwrap_or("a node"), printed.report.as_ref(), base.base)
            }),
            "printed_back": found.back().map(printed_back),
            "drift": printed.map(drift),
            "figures": rows::rows(found).iter().map(|row| figure(row, found)).collect::<Vec<_>>(),
            "license": licence(found.licence()),
            "witness_readings": found.witnesses.iter().map(asked).collect::<Vec<_>>(),
            "witnesses": comparisons.map(|it| compared(it, found)).collect::<Vec<_>>(),
        },
        "compute": compute(found),
    })
}

fn observed_at(asked: &Asked) -> Option<String> {
    asked
        .reading()
        .map(|reading| clock::rfc3339(reading.observed_at))
}

fn marks(printed: &Printed) -> Vec<Value> {
    let marks = printed.report.as_ref().map(|(report, _)| report.marks());
    let mark = marks.unwrap_or_default().into_iter().map(|mark| {
        json!({
            "line": mark.line,
            "column": mark.column,
            "length": mark.length(),
            "figure": mark.figure,
        })
    });
    mark.collect()
}

fn printed_back(back: &PrintedBack) -> Value {
    let differ = back.differ.iter();
    let token = back.tokens.iter().map(|token| {
        json!({
            "figure": token.mark.figure,
            "line": token.mark.line,
            "text": token.mark.text,
            "printed_back": token.printed,
            "same": token.is_same(),
        })
    });
    json!({
        "same": back.same,
        "differ": differ.map(|line| json!({"line": line.line, "text": line.text})).collect::<Vec<_>>(),
        "tokens": token.collect::<Vec<_>>(),
    })
}

fn drift(printed: &Printed) -> Value {
    let lines = printed.unread().iter();
    json!({
        "unread_lines": lines.len(),
        "lines": lines.map(|line| json!({"line": line.line, "text": line.text})).collect::<Vec<_>>(),
        "message": printed.drift(),
    })
}

fn figure(row: &Row<'_>, found: &Found) -> Value {
    let tib = row
        .figure
        .map(|it| Tib(u128::from(it.amount.bytes)).to_string());
    let comparisons = row.comparisons.iter();
    json!({
        "figure": row.name,
        "value": row.figure.map(Wire::from),
        "tib": tib,
        "witnesses": comparisons.map(|it| compared(it, found)).collect::<Vec<_>>(),
    })
}

/// As in the answers of the service.
fn compared(it: &Comparison, found: &Found) -> Value {
    let distance = it.verdict.distance();
    json!({
        "source": it.source.name(),
        "quantity": it.quantity.name(),
        "verdict": it.verdict.name(),
        "difference_bytes": distance.map(|it| it.difference),
        "tolerance_bytes": distance.map(|it| it.tolerance),
        "figure": it.witness.map(Wire::from),
        "observed_at": witness(found, it.source).and_then(observed_at),
        "why": it.verdict.why().map(|why| why.name()),
    })
}

fn witness(found: &Found, source: Source) -> Option<&Asked> {
    found.witnesses.iter().find(|asked| asked.source == source)
}

fn licence(licence: Option<Licence>) -> Value {
    let Some(licence) = licence else {
        return json!({"source": null, "state": LicenseState::Unknown});
    };
    let license = &licence.license;
    let headroom = |it: Headroom| {
        json!({
            "percent": it.left.to_string(),
            "least_percent": it.least.to_string(),
            "most_percent": it.most.to_string(),
            "below_10_percent": it.is_low,
        })
    };
    json!({
        "source": licence.source.name(),
        "state": LicenseState::word(license.state.as_deref()),
        "capacity": license.capacity.map(Wire::from),
        "used": license.used.map(Wire::from),
        "free": license.free.map(Wire::from),
        "headroom": licence.headroom.map(headroom),
        "expires_on": license.expires_on,
        "days_left": licence.days_left,
    })
}

fn compute(found: &Found) -> Value {
    let reading = found.compute.as_ref().ok();
    let figure = |name| json!(reading.and_then(|reading| reading.figure(name)));
    let ratio = |name| json!(reading.and_then(|reading| reading.ratio(name)));
    let figures = compute_stat::figure_names().map(|name| (name.to_owned(), figure(name)));
    let ratios = compute_stat::ratio_names().map(|name| (name.to_owned(), ratio(name)));
    json!({
        "error": found.compute.as_ref().err().map(failure),
        "observed_at": reading.map(|reading| clock::rfc3339(reading.observed_at)),
        "figures": figures.chain(ratios).collect::<Map<_, _>>(),
    })
}

/// In full: whoever runs a check is the operator.
fn failure(error: &SourceError) -> Value {
    json!({"code": error.code().name(), "message": chain(error)})
}

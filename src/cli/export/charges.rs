//! The charges of a month, of every cluster that has been metered in it.

use std::process::ExitCode;

use crate::{
    cli::{
        archive::Archive,
        exit::Failure,
        export::{readings::Part, sheet::Sheet},
        span::Asked,
    },
    clock,
    cluster_name::ClusterName,
    period::month::Month,
    sheet::{charges, focus},
};

/// Writes them. A month that is not closed has other charges later.
///
/// # Errors
/// When the store cannot be read, or the sheet not be written.
pub async fn write(
    archive: &Archive,
    clusters: &[ClusterName],
    month: Month,
    sheet: Sheet,
) -> Result<ExitCode, Failure> {
    let (ledger, now) = (archive.ledger(), clock::now());
    let mut all = Vec::new();
    for cluster in clusters {
        if let Some(period) = ledger.one(cluster, month, now).await? {
            all.extend(charges::of(&period)?);
        }
    }
    let text = focus::csv(&all)?;
    let names: Vec<&str> = clusters.iter().map(ClusterName::as_str).collect();
    let job = format!("charges of {month} of {}", names.join(", "));
    let (mut open, ()) = sheet.open(job, ())?;
    // All of it is written at once, and what an earlier command has left of it is no part of this one.
    open.empty()?;
    open.write(&text, &())?;
    open.finish()?;
    Ok(ExitCode::SUCCESS)
}

/// What of each cluster is asked for. A month begins where the one before it closed, and so may differ from one to the
/// other.
///
/// # Errors
/// When the store cannot be read.
pub async fn parts(
    archive: &Archive,
    clusters: &[ClusterName],
    asked: Asked,
) -> Result<Vec<Part>, Failure> {
    let mut parts = Vec::with_capacity(clusters.len());
    for cluster in clusters {
        let (window, timely) = match asked {
            Asked::Window(window) => (window, false),
            Asked::Month(month) => {
                let window = archive.window(cluster, month).await?;
                let name = month.to_string();
                let closed = archive.store.closed_month(cluster, &name).await?;
                (window, closed.is_some())
            }
        };
        parts.push(Part {
            cluster: cluster.clone(),
            window,
            timely,
        });
    }
    Ok(parts)
}

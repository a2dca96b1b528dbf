//! `history`: what a cluster used, point by point.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};

use crate::{
    cli::{
        archive::Archive,
        exit::Failure,
        history_table,
        plain::{Plain, remark},
        span::Span,
    },
    clock,
    cluster_name::ClusterName,
    config::origins::Origins,
    history::{asked::Asked, page, point::Point, step::Step},
    sheet::{csv::Csv, lines, points},
};

/// So many points are read at once.
const POINTS: usize = 1_000;

/// What to show.
#[derive(Clone, Debug, Args)]
pub struct Options {
    /// Of which cluster
    #[arg(long, value_name = "NAME")]
    cluster: ClusterName,
    #[command(flatten)]
    span: Span,
    /// How far apart points are; `raw` has one for each reading
    #[arg(long, value_name = "STEP", default_value = "1h", value_parser = step())]
    step: Step,
    #[command(flatten)]
    form: Form,
}

/// How a result is written.
#[derive(Clone, Copy, Debug, Args)]
#[group(multiple = false)]
pub struct Form {
    /// JSON instead of a table
    #[arg(long)]
    pub json: bool,
    /// CSV instead of a table
    #[arg(long)]
    pub csv: bool,
}

/// One of the words that there are, which completions know as well.
fn step() -> impl TypedValueParser<Value = Step> {
    let words = PossibleValuesParser::new(Step::ALL.map(Step::name));
    words.try_map(|word| Step::named(&word).ok_or("no step"))
}

/// Shows it, page by page.
///
/// # Errors
/// Where the settings are wrong, the store cannot be read, or the result cannot be written.
pub async fn run(origins: &Origins, options: Options) -> Result<ExitCode, Failure> {
    let archive = Archive::open(origins).await?;
    let window = options.span.window(&archive.settings.zone)?;
    archive.clusters(Some(&options.cluster)).await?;
    let mut asked = Asked {
        cluster: &options.cluster,
        window,
        step: options.step,
        limit: POINTS,
        after: None,
        now: clock::now(),
    };
    let (mut first, mut any) = (true, false);
    loop {
        let page = page::page(&archive.store, asked).await?;
        any |= !page.points.is_empty();
        show(options.form, &page.points, first)?;
        asked.after = page.next;
        first = false;
        if page.next.is_none() {
            break;
        }
    }
    archive.store.close().await;
    if !any {
        remark("Nothing was measured in this time.")?;
    }
    Ok(ExitCode::SUCCESS)
}

fn show(form: Form, points: &[Point], first: bool) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    if form.json {
        for point in points {
            lines::line(&mut out, point)?;
        }
    } else if form.csv {
        let mut csv = Csv::new(&mut out);
        if first {
            csv.head(&points::columns())?;
        }
        for point in points {
            csv.row(&points::row(point))?;
        }
        csv.finish()?;
    } else {
        history_table::write(&mut Plain::new(&mut out), points, first)?;
    }
    Ok(out.flush()?)
}

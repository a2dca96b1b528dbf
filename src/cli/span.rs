//! From when to when, as the command line says it: two moments, or a month.

use clap::Args;
use jiff::tz::TimeZone;

use crate::{cli::exit::Failure, history::moment, meter::window::Window, period::month::Month};

/// Two moments.
#[derive(Clone, Debug, Args)]
pub struct Span {
    /// The first moment: a time such as 2026-10-01T00:00:00Z, or a day, which begins in billing_timezone
    #[arg(long, value_name = "TIME", requires = "to")]
    from: Option<String>,
    /// The moment behind the last one
    #[arg(long, value_name = "TIME", requires = "from")]
    to: Option<String>,
}

/// Two moments, or a month.
#[derive(Clone, Debug, Args)]
pub struct SpanOrMonth {
    #[command(flatten)]
    span: Span,
    /// A whole month, as it is billed
    #[arg(long, value_name = "YYYY-MM", conflicts_with_all = ["from", "to"])]
    period: Option<Month>,
}

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A window.
    Window(Window),
    /// A month.
    Month(Month),
}

impl Span {
    /// The window.
    ///
    /// # Errors
    /// Where a bound is missing, or they are no window.
    pub fn window(&self, zone: &TimeZone) -> Result<Window, Failure> {
        let (Some(from), Some(to)) = (&self.from, &self.to) else {
            return Err(Failure::Usage(
                "say from when to when, with --from and --to".to_owned(),
            ));
        };
        let read = |flag: &str, text: &str| {
            let moment = moment::read(text, zone);
            moment.map_err(|error| Failure::Usage(format!("{flag} {text}: {error}")))
        };
        let window = Window::between(read("--from", from)?, read("--to", to)?);
        window.map_err(|error| Failure::Usage(format!("--from {from} --to {to}: {error}")))
    }
}

impl SpanOrMonth {
    /// What was asked for.
    ///
    /// # Errors
    /// Where nothing was, or the bounds are no window.
    pub fn asked(&self, zone: &TimeZone) -> Result<Asked, Failure> {
        match self.period {
            Some(month) => Ok(Asked::Month(month)),
            None if self.span.from.is_none() => Err(Failure::Usage(
                "say from when to when, with --from and --to, or which month, with --period"
                    .to_owned(),
            )),
            None => self.span.window(zone).map(Asked::Window),
        }
    }
}

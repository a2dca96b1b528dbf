//! What comes of each fault: which sources read, and why the others do not.

use jiff::Timestamp;
use vhi_usage::{
    reading::Source,
    reason::Code,
    sim::fault::Fault,
    usage::{ClusterUsage, Part},
};

/// How the asking of a source ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With figures.
    Reads,
    /// With one of these reasons.
    Fails(&'static [Code]),
}

/// The end of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ends {
    ssh: End,
    overview: End,
    prometheus: End,
    grafana: End,
    pub(crate) compute: End,
}

const WELL: Ends = Ends {
    ssh: End::Reads,
    overview: End::Reads,
    prometheus: End::Reads,
    grafana: End::Reads,
    compute: End::Reads,
};

impl Ends {
    pub(crate) fn of(self, source: Source) -> End {
        match source {
            Source::Ssh => self.ssh,
            Source::Overview => self.overview,
            Source::Prometheus => self.prometheus,
            Source::Grafana => self.grafana,
        }
    }

    fn ssh(code: &'static [Code]) -> Ends {
        Ends {
            ssh: End::Fails(code),
            ..WELL
        }
    }

    fn overview(code: &'static [Code]) -> Ends {
        Ends {
            overview: End::Fails(code),
            ..WELL
        }
    }

    /// Whatever is asked of the panel; Grafana is behind it.
    fn panel(code: &'static [Code], grafana: &'static [Code]) -> Ends {
        Ends {
            overview: End::Fails(code),
            compute: End::Fails(code),
            grafana: End::Fails(grafana),
            ..WELL
        }
    }

    fn grafana(code: &'static [Code]) -> Ends {
        Ends {
            grafana: End::Fails(code),
            ..WELL
        }
    }

    /// Prometheus, asked itself and through Grafana.
    fn metrics(code: &'static [Code]) -> Ends {
        Ends {
            prometheus: End::Fails(code),
            grafana: End::Fails(code),
            ..WELL
        }
    }
}

/// What comes of a fault; `warm` where all was well before it.
pub(crate) fn ends(fault: Fault, warm: bool) -> Ends {
    match fault {
        // A session that is there goes on.
        Fault::LoginRefused
        | Fault::HostKeyChanged
        | Fault::NodeDown
        | Fault::PanelLoginRefused
            if warm =>
        {
            WELL
        }
        Fault::LoginRefused => Ends::ssh(&[Code::AuthRefused]),
        Fault::HostKeyChanged => Ends::ssh(&[Code::HostKeyChanged]),
        Fault::NodeDown => Ends::ssh(&[Code::ConnectFailed]),
        Fault::Hang | Fault::HangHard => Ends::ssh(&[Code::CommandTimeout]),
        Fault::HalfOutput | Fault::NoOutput => Ends::ssh(&[Code::ReportUnreadable]),
        Fault::Exit1 | Fault::NoStatus => Ends::ssh(&[Code::CommandFailed]),
        Fault::ExecRefused => Ends::ssh(&[Code::CommandRefused]),
        Fault::EndlessOutput => Ends::ssh(&[Code::OutputTooLong]),
        Fault::OtherCluster => Ends::ssh(&[Code::OtherCluster]),
        Fault::NotSettled => Ends::ssh(&[Code::NotSettled]),
        Fault::PanelLoginRefused => Ends::panel(&[Code::AuthRefused], &[Code::AuthRefused]),
        Fault::Panel401 => Ends::panel(&[Code::AuthRefused], &[Code::AuthRefused]),
        // A login that is sent elsewhere is a refused one.
        Fault::PanelRedirect if warm => Ends::panel(&[Code::PanelStatus], &[Code::MetricsStatus]),
        Fault::PanelRedirect => Ends::panel(&[Code::AuthRefused], &[Code::AuthRefused]),
        Fault::PanelCertificateChanged => {
            // A connection that was there is closed.
            let codes = &[Code::CertificateUntrusted, Code::ConnectFailed];
            Ends::panel(codes, codes)
        }
        Fault::Panel500 => Ends::panel(
            &[Code::PanelStatus],
            &[Code::PanelStatus, Code::MetricsStatus],
        ),
        Fault::PanelHang | Fault::PanelSlowBody => Ends::panel(
            &[Code::PanelTimeout],
            &[Code::PanelTimeout, Code::MetricsTimeout],
        ),
        Fault::PanelNotJson => Ends::panel(
            &[Code::PanelUnreadable],
            &[Code::PanelUnreadable, Code::MetricsUnreadable],
        ),
        Fault::Overview403 => Ends::overview(&[Code::PanelStatus]),
        Fault::OverviewOther => Ends::overview(&[Code::OtherCluster]),
        Fault::OverviewNoTotal => Ends::overview(&[Code::PanelUnreadable]),
        Fault::OverviewMoreFree => Ends::overview(&[Code::MoreFreeThanTotal]),
        Fault::MetricsEmpty => Ends::metrics(&[Code::MetricsEmpty]),
        Fault::MetricsNan => Ends::metrics(&[Code::MetricsNan]),
        Fault::MetricsInf => Ends::metrics(&[Code::MetricsInfinite]),
        Fault::MetricsPartial | Fault::MetricsWarnings => Ends::metrics(&[Code::MetricsPartial]),
        Fault::MetricsMoreFree => Ends::metrics(&[Code::MoreFreeThanTotal]),
        Fault::MetricsFraction => Ends::metrics(&[Code::MetricsFraction]),
        Fault::Metrics400 => Ends::metrics(&[Code::QueryInvalid]),
        Fault::Metrics422 => Ends::metrics(&[Code::QueryFailed]),
        Fault::Metrics503 => Ends::metrics(&[Code::QueryTimeout]),
        Fault::MetricsNotJson => Ends::metrics(&[Code::MetricsUnreadable]),
        Fault::MetricsHang => Ends::metrics(&[Code::MetricsTimeout]),
        Fault::MetricsDown => Ends::metrics(&[Code::ConnectFailed, Code::MetricsStatus]),
        Fault::Grafana401 => Ends::grafana(&[Code::GrafanaAuthRefused]),
        Fault::Grafana403 => Ends::grafana(&[Code::GrafanaForbidden]),
        // It is asked by uid, with a token and in the panel's session.
        Fault::GrafanaProxy401 | Fault::GrafanaNoIds | Fault::GrafanaWantsBoth => WELL,
        // What they cost is said by the model.
        Fault::Slow
        | Fault::ConnectionDrop
        | Fault::SessionExpiry
        | Fault::SparseStat
        | Fault::OldNames
        | Fault::OverviewShifted
        | Fault::DecimalPrint
        | Fault::License403
        | Fault::NoLicenseLine
        | Fault::LicenseLow
        | Fault::UnreadLine
        | Fault::UnknownForm => WELL,
    }
}

/// Whether this source is billed while a fault is shown that takes none away.
pub(crate) fn is_turn_of(fault: Fault, source: Source) -> bool {
    let turn = Fault::ALL.iter().position(|it| *it == fault);
    turn.is_some_and(|turn| Source::ALL[turn % Source::ALL.len()] == source)
}

/// Whether a peer that refused us is left alone for minutes, so that the end of the fault goes unnoticed.
pub(crate) fn is_left_alone(fault: Fault) -> bool {
    matches!(
        fault,
        Fault::Panel401 | Fault::Grafana401 | Fault::Grafana403
    )
}

/// Whether each source, and compute, has come to its end since then.
pub(crate) fn is_met(
    fault: Option<Fault>,
    warm: bool,
    (usage, since): (&ClusterUsage, Timestamp),
) -> bool {
    let ends = fault.map_or(WELL, |fault| ends(fault, warm));
    let witnesses = usage.witnesses.iter().map(|it| (it.source, &it.part));
    let mut storage = witnesses.chain([(usage.billed.source, &usage.storage)]);
    assert_eq!(usage.witnesses.len(), Source::ALL.len() - 1);
    storage.all(|(source, part)| has(part, ends.of(source), |it| it.observed_at >= since))
        && has(&usage.compute, ends.compute, |it| it.observed_at >= since)
}

fn has<T>(part: &Part<T>, end: End, is_new: impl Fn(&T) -> bool) -> bool {
    match end {
        End::Reads => part.reading().is_some_and(is_new),
        End::Fails(codes) => part.reason().is_some_and(|it| codes.contains(&it.code)),
    }
}

//! Three closed months in a store, with everything that a month is made of, and what is found in them.

use uuid::Uuid;
use vhi_usage::{
    amount::Amount,
    meter::quantity::Quantity,
    period::{
        booking, closing,
        finding::{Finding, Weight},
        state::ClosedBy,
        verify::{Totals, Verify},
    },
    reason::Code,
    store::{
        entry::Absence,
        kept::Kept,
        origin::{Asked, Role},
        periods::Closed,
    },
};

use crate::{
    kept::calendar,
    place::Ground,
    site::{Site, at},
};

/// Three closed months with readings of every kind, a gap with its reason, and in November the corrections of October:
/// one of a late reading, and one of a reading that was kept with another figure than its text gives.
pub(crate) struct Books {
    pub(crate) site: Site,
    /// Read on a node, in October.
    pub(crate) reading: Uuid,
    /// Kept with another figure.
    pub(crate) misread: Uuid,
    /// Came when October was closed.
    pub(crate) late: Uuid,
}

async fn close(site: &Site, month: &str, now: &str) -> Closed {
    let (month, by) = (month.parse().unwrap(), ClosedBy::Command);
    let calendar = calendar("UTC");
    let closed = closing::close(&site.store, &calendar, &site.cluster, month, by, at(now));
    closed.await.unwrap()
}

pub(crate) async fn book(site: &Site, now: &str) -> usize {
    let calendar = calendar("UTC");
    let booked = booking::book_due(&site.store, &calendar, &site.cluster, at(now));
    booked.await.unwrap()
}

fn absence(site: &Site, when: &str) -> Absence {
    Absence {
        cluster: site.cluster.clone(),
        role: Role::Storage,
        source: Asked::Ssh,
        at: at(when),
        code: Code::CommandTimeout,
        message: Code::CommandTimeout.message().to_owned(),
        next_try: None,
        holds: 900,
    }
}

pub(crate) async fn missed(site: &Site, when: &str) {
    let kept = Kept {
        cluster: site.cluster.clone(),
        readings: Vec::new(),
        absences: vec![absence(site, when)],
        fence: None,
    };
    site.store.append(&[kept]).await.unwrap();
}

pub(crate) async fn books(place: &Ground) -> Books {
    let site = Site::of(place.open().await);
    let reading = site.printed("2026-10-07T12:00:00.123Z", 1);
    let mut misread = site.printed("2026-10-07T12:10:00Z", 2);
    let used = misread.0.figures.iter_mut();
    for (_, amount) in used.filter(|(quantity, _)| *quantity == Quantity::LogicalUsed) {
        *amount = Amount::exact(7);
    }
    let late = site.printed("2026-10-07T11:50:00Z", 3);
    let names = [&reading, &misread, &late].map(|(entry, _)| entry.id);
    site.keep(vec![
        site.printed("2026-09-30T23:59:00Z", 4),
        reading,
        misread,
        site.computed("2026-10-07T12:00:00.456Z"),
        site.witnessed("2026-10-07T12:00:00.789Z"),
        site.printed("2026-10-31T23:59:59.999Z", 5),
        site.printed("2026-11-15T00:00:00Z", 6),
    ])
    .await;
    missed(&site, "2026-10-07T13:00:00Z").await;
    close(&site, "2026-09", "2026-11-01T00:00:00Z").await;
    close(&site, "2026-10", "2026-11-01T00:00:00.5Z").await;
    site.keep(vec![late]).await;
    let booked_at = "2026-11-02T00:00:00Z";
    assert_eq!(site.replay(Some(booked_at)).await.1.booked, 1);
    assert_eq!(book(&site, booked_at).await, 2);
    close(&site, "2026-11", "2026-12-01T00:00:00Z").await;
    let [reading, misread, late] = names;
    Books {
        site,
        reading,
        misread,
        late,
    }
}

impl Books {
    pub(crate) async fn look(&self, only: Option<&str>) -> (Vec<Finding>, Totals) {
        let mut found = Vec::new();
        let only = only.map(|month| month.parse().unwrap());
        let (store, cluster) = (&self.site.store, &self.site.cluster);
        let totals = Verify::run(store, cluster, only, |finding| found.push(finding)).await;
        let totals = totals.unwrap();
        let wrong = found.iter().filter(|it| it.weight == Weight::Mismatch);
        assert_eq!(u64::try_from(wrong.count()).unwrap(), totals.mismatches);
        (found, totals)
    }

    /// What is wrong, each in words.
    pub(crate) async fn wrong(&self) -> Vec<String> {
        let (found, _) = self.look(None).await;
        let wrong = found.iter().filter(|it| it.weight == Weight::Mismatch);
        wrong.map(Finding::to_string).collect()
    }

    pub(crate) fn of(&self, reading: Uuid, what: &str) -> String {
        format!("{} 2026-10 reading {reading}: {what}", self.site.cluster)
    }

    pub(crate) fn in_month(&self, month: &str, what: &str) -> String {
        format!("{} {month}: {what}", self.site.cluster)
    }

    pub(crate) async fn closed(&self) -> Vec<Closed> {
        self.site
            .store
            .closed_months(&self.site.cluster)
            .await
            .unwrap()
    }
}

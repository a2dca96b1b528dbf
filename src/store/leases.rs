//! The leases under which instances share the clusters out, as rows.
//!
//! Nothing but plain statements, so that every database that speaks PostgreSQL takes them. The server's clock is the
//! only one: those of the instances need not agree. Rows are touched in the order of the clusters' names.

use std::time::Duration;

use crate::{
    cluster_name::ClusterName,
    store::{
        engine::Transaction,
        error::StoreError,
        fence::{self, NOW},
        kept::Fence,
        opened::Store,
        row::Row,
    },
};

/// An instance: who it is, and how long its leases last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// A name that no other one has.
    pub holder: String,
    /// From a renewal to the end.
    pub lasts: Duration,
}

/// How the clusters are shared out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shared {
    /// By their holders' names, this one included.
    pub instances: Vec<Peer>,
    /// By the clusters' names, those of others included.
    pub leases: Vec<LeaseRow>,
}

/// An instance, as the others see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Who it is.
    pub holder: String,
    /// Which clusters it knows.
    pub clusters: Vec<String>,
    /// Whether it may take what ran out under another one: who has been without the store itself leaves the others
    /// the time to come back.
    pub heir: bool,
}

/// The lease of one cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseRow {
    /// Of which cluster.
    pub cluster: String,
    /// Who holds it, or held it last; empty where it was given up.
    pub holder: String,
    /// Which change of hands it was.
    pub number: i64,
    /// Whether it has run out, or was given up.
    pub over: bool,
}

impl Instance {
    /// Another one than every other.
    pub fn new(lasts: Duration) -> Instance {
        let holder = format!("{:032x}", fastrand::u128(..));
        Instance { holder, lasts }
    }

    fn lasts_ms(&self) -> i64 {
        i64::try_from(self.lasts.as_millis()).unwrap_or(i64::MAX / 4)
    }
}

impl Store {
    /// Says that this instance lives, which clusters it knows and whether it is an heir, lets its leases last longer,
    /// and tells how all clusters are shared out.
    ///
    /// # Errors
    /// When the database refuses, or is not there.
    pub async fn share(
        &self,
        instance: &Instance,
        clusters: &[ClusterName],
        heir: bool,
    ) -> Result<Shared, StoreError> {
        let mut open = self.engine.begin().await?;
        fence::bound(&mut open).await?;
        announce(&mut open, instance, clusters, heir).await?;
        let known = rows(&mut open).await?;
        let mut names: Vec<&str> = clusters.iter().map(ClusterName::as_str).collect();
        names.sort_unstable();
        for cluster in names {
            match known.iter().find(|row| row.cluster == cluster) {
                Some(row) if row.holder == instance.holder => {
                    let sql = format!(
                        "UPDATE leases SET expires = {NOW} + $1 WHERE cluster = $2 AND holder = $3"
                    );
                    let values = vec![
                        instance.lasts_ms().into(),
                        cluster.into(),
                        instance.holder.as_str().into(),
                    ];
                    open.run("renew a lease", sql, values).await?;
                }
                Some(_) => {}
                None => {
                    let sql = "INSERT INTO leases (cluster, holder, number, expires) \
                         VALUES ($1, '', 0, 0) ON CONFLICT (cluster) DO NOTHING";
                    open.run("make a lease", sql, vec![cluster.into()]).await?;
                }
            }
        }
        let leases = rows(&mut open).await?;
        let instances = peers(&mut open).await?;
        open.commit().await?;
        Ok(Shared { instances, leases })
    }

    /// Takes a lease that is over; `None` where another instance was faster, or its holder is back.
    ///
    /// # Errors
    /// When the database refuses, or is not there.
    pub async fn take_lease(
        &self,
        instance: &Instance,
        row: &LeaseRow,
    ) -> Result<Option<Fence>, StoreError> {
        let sql = format!(
            "UPDATE leases SET holder = $1, number = number + 1, expires = {NOW} + $2 \
             WHERE cluster = $3 AND number = $4 AND expires <= {NOW}"
        );
        let values = vec![
            instance.holder.as_str().into(),
            instance.lasts_ms().into(),
            row.cluster.as_str().into(),
            row.number.into(),
        ];
        let mut open = self.engine.begin().await?;
        fence::bound(&mut open).await?;
        if open.run("take a lease", sql, values).await? != 1 {
            return Ok(None);
        }
        let fence = Fence {
            holder: instance.holder.clone(),
            number: row.number + 1,
        };
        let sql = format!(
            "INSERT INTO lease_changes (cluster, number, holder, taken_at) VALUES ($1, $2, $3, {NOW})"
        );
        let values = vec![
            row.cluster.as_str().into(),
            fence.number.into(),
            fence.holder.as_str().into(),
        ];
        open.run("note who has taken a lease", sql, values).await?;
        open.commit().await?;
        Ok(Some(fence))
    }

    /// Gives a lease up, so that another instance can take it at once. What was read under it may still be written
    /// until then.
    ///
    /// # Errors
    /// When the database refuses, or is not there.
    pub async fn give_up_lease(
        &self,
        instance: &Instance,
        cluster: &str,
    ) -> Result<(), StoreError> {
        let mut open = self.engine.begin().await?;
        fence::bound(&mut open).await?;
        free(&mut open, instance, cluster).await?;
        open.commit().await
    }

    /// Gives up every lease, and counts no longer.
    ///
    /// # Errors
    /// When the database refuses, or is not there.
    pub async fn leave(&self, instance: &Instance) -> Result<(), StoreError> {
        let mut open = self.engine.begin().await?;
        fence::bound(&mut open).await?;
        let holder = instance.holder.as_str();
        let sql = "DELETE FROM instances WHERE holder = $1";
        open.run("leave", sql, vec![holder.into()]).await?;
        let held = rows(&mut open).await?;
        for row in held.iter().filter(|row| row.holder == holder) {
            free(&mut open, instance, &row.cluster).await?;
        }
        open.commit().await
    }
}

async fn announce(
    open: &mut Transaction,
    instance: &Instance,
    clusters: &[ClusterName],
    heir: bool,
) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO instances (holder, expires, clusters, heir) VALUES ($1, {NOW} + $2, $3, $4) \
         ON CONFLICT (holder) DO UPDATE SET expires = excluded.expires, \
         clusters = excluded.clusters, heir = excluded.heir"
    );
    // No name holds a blank.
    let clusters = clusters.iter().map(|name| format!("{name} "));
    let values = vec![
        instance.holder.as_str().into(),
        instance.lasts_ms().into(),
        clusters.collect::<String>().into(),
        i64::from(heir).into(),
    ];
    open.run("announce an instance", sql, values).await?;
    let sql = format!("DELETE FROM instances WHERE expires <= {NOW}");
    open.run("forget an instance", sql, Vec::new()).await?;
    Ok(())
}

async fn free(
    open: &mut Transaction,
    instance: &Instance,
    cluster: &str,
) -> Result<(), StoreError> {
    let sql = "UPDATE leases SET holder = '', expires = 0 WHERE cluster = $1 AND holder = $2";
    let values = vec![cluster.into(), instance.holder.as_str().into()];
    open.run("give a lease up", sql, values).await?;
    Ok(())
}

async fn peers(open: &mut Transaction) -> Result<Vec<Peer>, StoreError> {
    let sql = format!(
        "SELECT holder, clusters, heir FROM instances WHERE expires > {NOW} ORDER BY holder"
    );
    let rows = open.all("read the instances", sql, Vec::new()).await?;
    let peer = |row: &Row| {
        let clusters = row.text(1)?.split_whitespace().map(str::to_owned);
        Ok(Peer {
            holder: row.text(0)?.to_owned(),
            clusters: clusters.collect(),
            heir: row.int(2)? == 1,
        })
    };
    rows.iter().map(peer).collect()
}

async fn rows(open: &mut Transaction) -> Result<Vec<LeaseRow>, StoreError> {
    let sql = format!(
        "SELECT cluster, holder, number, CAST(CASE WHEN expires <= {NOW} THEN 1 ELSE 0 END AS BIGINT) \
         FROM leases ORDER BY cluster"
    );
    let rows = open.all("read the leases", sql, Vec::new()).await?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<LeaseRow, StoreError> {
    Ok(LeaseRow {
        cluster: row.text(0)?.to_owned(),
        holder: row.text(1)?.to_owned(),
        number: row.int(2)?,
        over: row.int(3)? == 1,
    })
}

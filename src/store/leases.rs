//! The leases under which instances share the clusters out, as rows.
//!
//! Nothing but plain statements, so that every database that speaks PostgreSQL takes them. The server's clock is the
//! only one: those of the instances need not agree. Rows are touched in the order of the clusters' names.

use std::time::Duration;

use crate::{
    cluster_name::ClusterName,
    store::{engine::Transaction, error::StoreError, fence, kept::Fence, opened::Store, row::Row},
};

/// Milliseconds since 1970, when the transaction began.
const NOW: &str = "CAST(EXTRACT(EPOCH FROM CURRENT_TIMESTAMP) * 1000 AS BIGINT)";

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
    /// How many instances there are, this one included.
    pub instances: usize,
    /// By the clusters' names.
    pub leases: Vec<LeaseRow>,
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
    /// Says that this instance lives, lets its leases last longer, and tells how these clusters are shared out.
    ///
    /// # Errors
    /// When the database refuses, or is not there.
    pub async fn share(
        &self,
        instance: &Instance,
        clusters: &[ClusterName],
    ) -> Result<Shared, StoreError> {
        let mut open = self.engine.begin().await?;
        fence::bound(&mut open).await?;
        announce(&mut open, instance).await?;
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
        let sql = format!("SELECT COUNT(*) FROM instances WHERE expires > {NOW}");
        let counted = open.all("count the instances", sql, Vec::new()).await?;
        let instances = counted.first().map_or(Ok(0), |row| row.int(0))?;
        open.commit().await?;
        let ours = |row: &LeaseRow| clusters.iter().any(|it| it.as_str() == row.cluster);
        Ok(Shared {
            instances: usize::try_from(instances).unwrap_or(usize::MAX),
            leases: leases.into_iter().filter(ours).collect(),
        })
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
        let taken = open.run("take a lease", sql, values).await?;
        open.commit().await?;
        Ok((taken == 1).then(|| Fence {
            holder: instance.holder.clone(),
            number: row.number + 1,
        }))
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

async fn announce(open: &mut Transaction, instance: &Instance) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO instances (holder, expires) VALUES ($1, {NOW} + $2) \
         ON CONFLICT (holder) DO UPDATE SET expires = excluded.expires"
    );
    let values = vec![instance.holder.as_str().into(), instance.lasts_ms().into()];
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

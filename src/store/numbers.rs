//! Clusters and origins by number: each name stands in the store once, and rows hold its number.
//!
//! A number is given in a transaction of its own: what is remembered is certain, whatever becomes of the rows that
//! want it.

use std::sync::Arc;

use crate::{
    cluster_name::ClusterName,
    store::{engine::Engine, error::StoreError, opened::Store, origin::Origin},
};

/// Two instances may reach for one number: then one of them reaches again.
const TRIES: usize = 10;

impl Store {
    /// The number of a cluster, which it is given here where it has none.
    pub(crate) async fn number(&self, cluster: &ClusterName) -> Result<i64, StoreError> {
        if let Some(number) = self.names.cluster(cluster) {
            return Ok(number);
        }
        let number = given(&self.engine, "clusters", "name", cluster.as_str()).await?;
        self.names.learn_cluster(cluster, number);
        Ok(number)
    }

    /// The number of a cluster; `None` where nothing of it has been kept.
    pub(crate) async fn known(&self, cluster: &ClusterName) -> Result<Option<i64>, StoreError> {
        if let Some(number) = self.names.cluster(cluster) {
            return Ok(Some(number));
        }
        let number = find(&self.engine, "clusters", "name", cluster.as_str()).await?;
        if let Some(number) = number {
            self.names.learn_cluster(cluster, number);
        }
        Ok(number)
    }

    /// Every cluster of which anything has been kept, in the order of their names.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn clusters(&self) -> Result<Vec<ClusterName>, StoreError> {
        let sql = "SELECT name FROM clusters ORDER BY name";
        let rows = self.engine.all("list the clusters", sql, Vec::new());
        let name = |text: &str| text.parse().map_err(|_| no_name(text));
        rows.await?.iter().map(|row| name(row.text(0)?)).collect()
    }

    /// The number of an origin, which it is given here where it has none.
    pub(crate) async fn origin_number(&self, origin: &Arc<Origin>) -> Result<i64, StoreError> {
        if let Some(number) = self.names.number(origin) {
            return Ok(number);
        }
        let number = given(&self.engine, "origins", "written", &origin.written()).await?;
        self.names.learn_origin(origin.clone(), number);
        Ok(number)
    }

    /// The origin of this number.
    pub(crate) async fn origin(&self, number: i64) -> Result<Arc<Origin>, StoreError> {
        if let Some(origin) = self.names.origin(number) {
            return Ok(origin);
        }
        let sound = self.learn_origins().await?;
        self.names.origin(number).ok_or_else(|| match sound {
            true => StoreError::damaged(format!("there is no origin {number}")),
            false => StoreError::damaged("an origin is unreadable"),
        })
    }

    /// Reads the origins once, before the rows of a stream want one after the other of them: to ask for one in the midst
    /// takes a second connection while the first is held, and whoever does that together could wait for each other.
    pub(crate) async fn know_origins(&self) -> Result<(), StoreError> {
        let known = self.names.all_origins.get_or_try_init(async || {
            self.learn_origins().await?;
            Ok(())
        });
        known.await.copied()
    }

    /// Reads every origin; `false` where one is unreadable.
    async fn learn_origins(&self) -> Result<bool, StoreError> {
        let sql = "SELECT number, written FROM origins";
        let mut sound = true;
        for row in self.engine.all("read the origins", sql, Vec::new()).await? {
            match Origin::read(row.text(1)?) {
                Some(origin) => self.names.learn_origin(Arc::new(origin), row.int(0)?),
                None => sound = false,
            }
        }
        Ok(sound)
    }

    /// The numbers of every origin that has been read before, with it.
    pub(crate) async fn origins(&self) -> Result<Vec<(i64, Arc<Origin>)>, StoreError> {
        let sql = "SELECT number FROM origins ORDER BY number";
        let mut origins = Vec::new();
        for row in self.engine.all("list the origins", sql, Vec::new()).await? {
            let number = row.int(0)?;
            origins.push((number, self.origin(number).await?));
        }
        Ok(origins)
    }
}

fn no_name(text: &str) -> StoreError {
    StoreError::damaged(format!("`{text}` is no cluster's name"))
}

async fn find(
    engine: &Engine,
    table: &str,
    column: &str,
    text: &str,
) -> Result<Option<i64>, StoreError> {
    let sql = format!("SELECT number FROM {table} WHERE {column} = $1");
    let row = engine.first("look a name up", sql, vec![text.into()]);
    row.await?.map(|row| row.int(0)).transpose()
}

async fn given(engine: &Engine, table: &str, column: &str, text: &str) -> Result<i64, StoreError> {
    for _ in 0..TRIES {
        if let Some(number) = find(engine, table, column, text).await? {
            return Ok(number);
        }
        // Nothing is inserted where somebody else has just taken the name, or the number.
        let sql = format!(
            "INSERT INTO {table} (number, {column}) SELECT COALESCE(MAX(number) + 1, 0), $1 FROM {table} WHERE true \
             ON CONFLICT DO NOTHING"
        );
        let mut open = engine.begin().await?;
        open.run("give a name its number", sql, vec![text.into()])
            .await?;
        open.commit().await?;
    }
    Err(StoreError::damaged(format!(
        "{table} gives out no further number"
    )))
}

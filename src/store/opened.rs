//! An open store: everything else that a store does is a method of it, in the file of its noun.

use std::sync::Arc;

use crate::store::{
    engine::Engine, error::StoreError, migrate, names::Names, place::Place, postgres, sqlite,
};

/// An open store. Its copies share the connections.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) engine: Engine,
    pub(crate) names: Arc<Names>,
}

impl Store {
    /// Opens the store, makes it where there is none, and brings its tables to this release.
    ///
    /// # Errors
    /// When it cannot be opened, or was written by a newer release.
    pub async fn open(place: &Place) -> Result<Store, StoreError> {
        let engine = match place {
            Place::File(file) => sqlite::open(file).await?,
            Place::Server(options) => postgres::open(options.as_ref().clone()).await?,
        };
        migrate::run(&engine).await?;
        let names = Arc::default();
        Ok(Store { engine, names })
    }

    /// The same store over connections of its own, which are made when they are wanted: what others do with theirs,
    /// or wait for, hinders it in nothing.
    pub fn aside(&self) -> Store {
        let engine = match &self.engine {
            Engine::Sqlite { .. } => self.engine.clone(),
            Engine::Postgres(pool) => postgres::aside(pool),
        };
        let names = self.names.clone();
        Store { engine, names }
    }

    /// Closes every connection.
    pub async fn close(&self) {
        self.engine.close().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::TryStreamExt;

    #[tokio::test]
    async fn a_file_is_made_and_opened_again() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::File(folder.path().join("usage.db"));
        let store = Store::open(&place).await.unwrap();
        let mut open = store.engine.begin().await.unwrap();
        let sql = "INSERT INTO texts (hash, length, packed, newest) VALUES ($1, $2, $3, $4)";
        let values = || vec![vec![7].into(), 1.into(), vec![8, 9].into(), i64::MIN.into()];
        assert_eq!(open.run("write", sql, values()).await.unwrap(), 1);
        open.commit().await.unwrap();
        store.close().await;
        let store = Store::open(&place).await.unwrap();
        let rows = store.engine.all(
            "read",
            "SELECT packed, newest, NULL FROM texts WHERE length = $1",
            vec![1.into()],
        );
        let rows = rows.await.unwrap();
        assert_eq!(rows[0].bytes(0).unwrap(), [8, 9]);
        assert_eq!(rows[0].int(1).unwrap(), i64::MIN);
        assert_eq!(rows[0].maybe_text(2).unwrap(), None);
        let stream = store.engine.rows("read", "SELECT 1", Vec::new());
        assert_eq!(stream.try_collect::<Vec<_>>().await.unwrap().len(), 1);
        store.close().await;
    }
}

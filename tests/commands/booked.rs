//! A store of a folder, written to beside the commands.

use vhi_usage::store::{opened::Store, place::Place as Kept};

use crate::{place::Place, site::Site};

/// Does something with the store of a folder.
pub(crate) fn keeping<T>(place: &Place, work: impl AsyncFnOnce(Site) -> T) -> T {
    waits(async {
        let store = Store::open(&Kept::File(place.file("usage.db")))
            .await
            .unwrap();
        let done = work(Site::of(store.clone())).await;
        store.close().await;
        done
    })
}

/// Waits for it.
pub(crate) fn waits<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread();
    { runtime }.enable_all().build().unwrap().block_on(work)
}

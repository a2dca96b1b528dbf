//! Who collects a cluster, where several instances share one store.

use tokio::time::Instant;

use crate::{
    api::metrics::page::{Named, Page},
    lease::post::Post,
};

const HELD: Named = (
    "vhi_usage_lease_held",
    "Whether this instance collects the cluster under a lease; absent where there is only one instance.",
);
const TAKEN: Named = (
    "vhi_usage_lease_takeovers_total",
    "How often this instance has taken the lease of the cluster; absent where there is only one instance.",
);

/// Of this cluster; nothing where no lease says who collects it.
pub fn fill(page: &mut Page, cluster: &str, post: &Post) {
    if !post.is_shared() {
        return;
    }
    let of = [("cluster", cluster)];
    let held = post.duty(Instant::now()).holds();
    page.gauge(HELD, &of, f64::from(held));
    page.counter(TAKEN, &of, post.taken());
}

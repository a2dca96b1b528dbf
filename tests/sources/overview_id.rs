//! Which overview is the cluster's: its id by its name, in any form of the list, and anew where it has changed.

use serde_json::{Value, json};
use vhi_usage::reason::Code;

use crate::{overview::read, scripted::Scripted};

/// An overview with so much used, and these keys beside it.
fn used(bytes: u64, beside: Value) -> Value {
    let mut overview = json!({"logic_space": {"total": 1_000, "free": 1_000 - bytes}});
    let keys = beside.as_object().unwrap().clone();
    overview.as_object_mut().unwrap().extend(keys);
    overview
}

#[tokio::test]
async fn the_list_may_be_bare_and_an_id_may_be_a_word() {
    for (list, path, license) in [
        (
            json!([{"id": 7, "name": "cluster1"}]),
            "overview/7",
            "7/license",
        ),
        (
            json!({"data": [{"id": 3, "name": "stor3"}, {"id": "c-1", "name": "cluster1"}]}),
            "overview/c-1",
            "c-1/license",
        ),
    ] {
        let panel = Scripted::new(&[
            ("clusters", list),
            (path, used(5, json!({}))),
            (license, json!({})),
        ])
        .await;
        panel.gives(panel.reads().await, 5, &["clusters", path, license]);
        panel.gives(panel.reads().await, 5, &["clusters", path, license]);
    }
}

#[tokio::test]
async fn a_cluster_with_a_new_id_is_read_by_it_though_the_old_one_still_answers() {
    let list = |id: u64| ("clusters", json!([{"id": id, "name": "cluster1"}]));
    // Neither says of which cluster it is.
    let overviews = || {
        [
            ("overview/1", used(5, json!({}))),
            ("overview/2", used(6, json!({}))),
            ("1/license", json!({})),
            ("2/license", json!({})),
        ]
    };
    let panel = Scripted::new(&[]).await;
    for (id, used) in [(1, 5), (2, 6), (1, 5)] {
        let [one, two, three, four] = overviews();
        panel.answers(&[list(id), one, two, three, four]);
        let (overview, license) = (format!("overview/{id}"), format!("{id}/license"));
        panel.gives(
            panel.reads().await,
            used,
            &["clusters", &overview, &license],
        );
    }
}

#[tokio::test]
async fn the_status_is_that_of_the_list() {
    let list = |status: Value| {
        let others = json!({"id": 2, "name": "stor2", "status": "unknown"});
        let ours = json!({"id": 1, "name": "cluster1", "status": status});
        ("clusters", json!([others, ours]))
    };
    let overview = || ("overview/1", used(5, json!({"status": "unknown"})));
    let panel = Scripted::new(&[]).await;
    for (status, known) in [(json!("degraded"), Some("degraded")), (json!(null), None)] {
        panel.answers(&[list(status), overview()]);
        let it = read(&panel.source).await.unwrap();
        assert_eq!(it.cluster_status.as_deref(), known);
    }
}

#[tokio::test]
async fn what_is_not_the_clusters_own_overview_is_no_reading() {
    let list = || ("clusters", json!([{"id": 1, "name": "cluster1"}]));
    for (answers, code, words) in [
        (
            vec![],
            Code::PanelStatus,
            "/api/v2/clusters answered with status 404",
        ),
        (
            vec![list()],
            Code::PanelStatus,
            "/api/v2/overview/1 answered with status 404",
        ),
        (
            vec![("clusters", json!({"data": null}))],
            Code::PanelUnreadable,
            "it is no list of clusters",
        ),
        (
            vec![("clusters", json!([{"id": 1}]))],
            Code::PanelUnreadable,
            "it is no list of clusters",
        ),
        (
            vec![("clusters", json!([{"id": "../1", "name": "cluster1"}]))],
            Code::PanelUnreadable,
            "it is no list of clusters",
        ),
        (
            vec![(
                "clusters",
                json!([{"id": 1, "name": "cluster1"}, {"id": 2, "name": "cluster1"}]),
            )],
            Code::ClusterAmbiguous,
            "/api/v2/clusters gives no figure to bill: two clusters in it have the name",
        ),
        (
            vec![("clusters", json!([]))],
            Code::OtherCluster,
            "asked for cluster cluster1, and /api/v2/clusters shows none:",
        ),
        (
            vec![(
                "clusters",
                json!([{"id": 1, "name": "cluster10"}, {"id": 2, "name": "b"}]),
            )],
            Code::OtherCluster,
            "/api/v2/clusters shows cluster10, b:",
        ),
        (
            vec![list(), ("overview/1", used(5, json!({"name": "stor3"})))],
            Code::OtherCluster,
            "/api/v2/overview/1 shows stor3:",
        ),
        (
            vec![list(), ("overview/1", used(5, json!({"id": 2})))],
            Code::OtherCluster,
            "/api/v2/overview/1 shows the one with id 2:",
        ),
        (
            vec![(
                "clusters",
                json!([{"id": 1, "name": "cluster1", "status": "Unknown"}]),
            )],
            Code::NotSettled,
            "the cluster's status is `Unknown`",
        ),
        (
            vec![list(), ("overview/1", json!([]))],
            Code::PanelUnreadable,
            "logic_space.total is not there",
        ),
    ] {
        let panel = Scripted::new(&answers).await;
        panel.fails(code, words).await;
        // It is no other where the cluster was known before.
        panel.answers(&[list(), ("overview/1", used(5, json!({})))]);
        panel.reads().await.0.unwrap();
        panel.answers(&answers);
        panel.fails(code, words).await;
    }
}

#[tokio::test]
async fn the_licence_may_be_where_another_brand_has_it() {
    let panel = Scripted::new(&[
        ("clusters", json!([{"id": 1, "name": "cluster1"}])),
        ("overview/1", used(5, json!({"license": {"capacity": 7}}))),
        ("1/license/as", json!({"status": "active", "capacity": 9})),
    ])
    .await;
    let license = read(&panel.source).await.unwrap().license.unwrap();
    assert_eq!(license.state.as_deref(), Some("active"));
    assert_eq!(license.capacity.map(|it| it.amount.bytes), Some(9));
}

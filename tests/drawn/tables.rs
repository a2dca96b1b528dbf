//! Tables of servers, drawn at random: any columns of the releases, any rows that fit them.

use proptest::{collection::vec, option, prelude::*, sample::subsequence};
use vhi_usage::vstorage::table::Table;

/// The table of the metadata servers.
pub(crate) fn mds_table() -> impl Strategy<Value = Table> {
    let columns = [
        "STATUS", "%CTIME", "COMMITS", "%CPU", "MEM", "UPTIME", "HOST",
    ];
    table("MDSID", columns.to_vec())
}

/// The table of the chunk servers.
pub(crate) fn cs_table() -> impl Strategy<Value = Table> {
    let columns = [
        "STATUS",
        "SPACE",
        "REPLICAS",
        "OPTIME(ms)",
        "QDEPTH",
        "HOST",
        "FLAGS",
    ];
    table("CSID", columns.to_vec())
}

fn table(id: &'static str, others: Vec<&'static str>) -> impl Strategy<Value = Table> {
    let all = others.len();
    subsequence(others, 0..=all).prop_flat_map(move |others| {
        let columns: Vec<String> = [id].into_iter().chain(others).map(String::from).collect();
        let cells: Vec<_> = columns.iter().map(|it| cell(it)).collect();
        let master = any::<bool>().prop_map(move |it| it && id == "MDSID");
        vec((master, cells), 0..4).prop_map(move |rows| {
            let mut table = Table::new(columns.clone()).unwrap();
            for (master, cells) in rows {
                assert!(table.push(master, cells.iter().map(Option::as_deref)));
            }
            table
        })
    })
}

/// What may stand in a column.
fn cell(column: &str) -> BoxedStrategy<Option<String>> {
    let word = match column {
        "MDSID" | "CSID" => "[0-9]{1,4}",
        "STATUS" => "[a-z]{3,8}",
        "UPTIME" => "[0-9]{1,3}[dhm]( [0-9]{1,2}[hms])?",
        "HOST" => "[a-z0-9.…]{1,12}x",
        "FLAGS" => return option::of("[JCDc]{1,3}").boxed(),
        _ => "N/A|[0-9]{1,3}(\\.[0-9])?[%m]?|[0-9]/s|[0-9.]{1,4}[GT]B",
    };
    word.prop_map(Some).boxed()
}

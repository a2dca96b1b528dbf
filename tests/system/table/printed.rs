//! Rows of the tool: what it prints, and how it ends.

use crate::{
    site::Site,
    table::row::{Part, Row, TRY, WAITS},
};

/// What the tool does, in the words of a shell, and the reason that is told.
#[track_caller]
fn row(deed: &str, code: &str) {
    let row = Row::of(Part::Storage, Site::new(), WAITS);
    row.site.tool.does(deed);
    row.tells(code);
    row.site.tool.works();
    row.recovers(TRY);
    let (mut site, _) = row.ends();
    let log = site.node().log();
    assert!(!log.contains("no more sessions"), "{log}");
}

macro_rules! rows {
    ($($name:ident: $deed:expr => $code:literal;)*) => {
        $(#[test] fn $name() { row($deed, $code); })*
    };
}

rows! {
    no_output:                  ":"                                        => "report_unreadable";
    half_a_line:                "head -c 60 \"$here/report\""              => "report_unreadable";
    exit_1_with_good_text:      "cat \"$here/report\"; exit 1"             => "command_failed";
}

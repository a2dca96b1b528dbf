//! Rows of the tool: what it prints, and how it ends.

use crate::{
    site::Site,
    table::{
        row::{Row, TRY, WAITS},
        told::Part,
    },
};

/// What the tool does, in the words of a shell, and the reason that is told.
#[track_caller]
fn row(deed: &str, code: &str) {
    let row = Row::of(Part::Storage, Site::new(), WAITS);
    row.site
        .tool
        .does(&deed.replace("MARKER", row.site.tool.marker()));
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
    no_output_and_exit_1:       "exit 1"                                    => "command_failed";
    exit_0_without_text:        ":"                                         => "report_unreadable";
    half_a_line:                "head -c 60 \"$here/report\""               => "report_unreadable";
    a_hundred_megabytes:        "yes canary | head -c 104857600"            => "output_too_long";
    stderr_without_end:         "yes canary >&2"                            => "command_timeout";
    stderr_only:                "cat \"$here/report\" >&2"                  => "report_unreadable";
    exit_1_with_good_text:      "cat \"$here/report\"; exit 1"              => "command_failed";
    killed_after_good_text:     "cat \"$here/report\"; kill -KILL $$"       => "command_failed";
    crashed_after_good_text:    "cat \"$here/report\"; kill -SEGV $$"       => "command_failed";
    another_cluster:            "sed s/cluster1/cluster2/ \"$here/report\"" => "other_cluster";
    no_master_yet:              "sed s/healthy/unknown/ \"$here/report\""   => "not_settled";
    hung:                       "sleep MARKER"                              => "command_timeout";
    hung_after_good_text:       "cat \"$here/report\"; sleep MARKER"        => "command_timeout";
    hung_and_deaf_to_term:      "trap '' TERM; sleep MARKER"                => "command_timeout";
}

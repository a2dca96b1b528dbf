//! Print and parse are inverse, for every line by itself: what a line's page shows is read as the values that
//! it was written from, and those print the same text again.

use crate::{
    HEADER, bare, cases,
    drawn::{any_report, parsed, servers, size_text, stored, tables, texts, traffic},
    read,
};
use proptest::{collection::vec, prelude::*};
use vhi_usage::vstorage::{
    decimal::Decimal,
    rate::Ops,
    report::{self, StatReport},
    token::Size,
};

/// A report of which only `line` is of interest.
fn around(line: &str) -> String {
    let (cluster, space) = HEADER.split_once('\n').unwrap();
    match line {
        _ if line.starts_with("Cluster") => format!("{line}\n{space}"),
        _ if line.starts_with("Space") => format!("{cluster}\n{line}\n"),
        _ => format!("{HEADER}{line}\n"),
    }
}

/// How many blanks stand at each place where there may be any number.
fn blanks() -> impl Strategy<Value = Vec<usize>> {
    vec(0..4_usize, 8)
}

/// The line with other blanks around its punctuation, but not in brackets, where they belong to the tag.
fn loosened(line: &str, blanks: &[usize]) -> String {
    let mut blanks = blanks.iter().cycle().map(|it| " ".repeat(*it));
    let (mut loose, mut in_brackets) = (String::new(), false);
    for c in line.chars() {
        let after_sign = loose.trim_end_matches(' ').ends_with([',', ':', '(', ']']);
        if c == ' ' && after_sign && !in_brackets {
            continue;
        }
        if !in_brackets && (after_sign || ",)\n".contains(c)) && !loose.ends_with([' ', '\n']) {
            loose += &blanks.next().unwrap();
        }
        in_brackets = (in_brackets || c == '[') && c != ']';
        loose.push(c);
    }
    loose
}

/// The table with other blanks between its words: at least one where there was one.
fn loosened_table(table: &str, blanks: &[usize]) -> String {
    let mut blanks = blanks.iter().cycle().map(|it| " ".repeat(it + 1));
    let lines = table.lines().map(|line| {
        let words = line.split_whitespace().map(String::from);
        let spaced: Vec<String> = words.map(|it| blanks.next().unwrap() + &it).collect();
        spaced.concat()
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The text is read as the value, and the value prints the text to the letter.
fn both_ways<T: PartialEq + std::fmt::Debug>(
    line: &str,
    value: T,
    of: impl Fn(StatReport) -> Option<T>,
) -> Result<(), TestCaseError> {
    let text = around(line);
    let read = report::parse(&text).unwrap();
    prop_assert_eq!(&read.unread, &[]);
    prop_assert_eq!(&read.to_string(), &text);
    prop_assert_eq!(of(read), Some(value));
    Ok(())
}

/// As [`both_ways`]; and with other blanks the text reads the same.
fn both_ways_and_loose<T: PartialEq + std::fmt::Debug>(
    line: &str,
    loose: &str,
    value: T,
    of: impl Fn(StatReport) -> Option<T>,
) -> Result<(), TestCaseError> {
    both_ways(line, value, of)?;
    let loose = report::parse(&around(loose)).unwrap();
    prop_assert_eq!(&loose.unread, &[]);
    prop_assert_eq!(bare(loose), read(&around(line)));
    Ok(())
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_cluster_line_is_read_as_it_was_written_and_printed_to_the_letter(it in servers::cluster()) {
        both_ways(&texts::cluster(&it), it, |read| Some(read.cluster))?;
    }

    #[test]
    fn a_space_line_is_read_as_it_was_written_and_printed_to_the_letter(it in stored::space(), blanks in blanks()) {
        let line = texts::space(&it);
        both_ways_and_loose(&line, &loosened(&line, &blanks), it, |read| Some(read.space))?;
    }

    #[test]
    fn an_mds_line_is_read_as_it_was_written_and_printed_to_the_letter(it in servers::mds_nodes(), blanks in blanks()) {
        let line = texts::mds_nodes(&it);
        both_ways_and_loose(&line, &loosened(&line, &blanks), it, |read| read.mds)?;
    }

    #[test]
    fn a_cs_line_is_read_as_it_was_written_and_printed_to_the_letter(it in servers::cs_nodes(), blanks in blanks()) {
        let line = texts::cs_nodes(&it);
        both_ways_and_loose(&line, &loosened(&line, &blanks), it, |read| read.cs)?;
    }

    #[test]
    fn a_licence_with_its_last_day_is_read_as_it_was_written_and_printed_to_the_letter(
        it in servers::dated(),
        blanks in blanks(),
    ) {
        let line = texts::license(&it);
        both_ways_and_loose(&line, &loosened(&line, &blanks), it, |read| read.license)?;
    }

    #[test]
    fn a_licence_with_its_key_is_read_as_it_was_written_and_printed_to_the_letter(
        it in servers::keyed(),
        blanks in blanks(),
    ) {
        let line = texts::license(&it);
        both_ways_and_loose(&line, &loosened(&line, &blanks), it, |read| read.license)?;
    }

    #[test]
    fn a_replication_line_is_read_as_it_was_written_and_printed_to_the_letter(
        it in stored::replication(),
        blanks in blanks(),
    ) {
        let line = texts::replication(&it);
        both_ways_and_loose(&line, &loosened(&line, &blanks), it, |read| read.replication)?;
    }

    #[test]
    fn the_chunks_are_read_as_they_were_written_and_printed_to_the_letter(it in stored::chunks(), blanks in blanks()) {
        let line = texts::chunks(&it);
        both_ways_and_loose(&line, &loosened(&line, &blanks), it, |read| read.chunks)?;
    }

    #[test]
    fn an_fs_line_is_read_as_it_was_written_and_printed_to_the_letter(it in stored::fs(), blanks in blanks()) {
        let line = texts::fs(&it);
        both_ways_and_loose(&line, &loosened(&line, &blanks), it, |read| read.fs)?;
    }

    #[test]
    fn an_io_line_is_read_as_it_was_written_and_printed_to_the_letter(it in traffic::current(), blanks in blanks()) {
        let line = texts::current(&it);
        both_ways_and_loose(&line, &loosened(&line, &blanks), it, |read| read.io.current)?;
    }

    #[test]
    fn an_io_total_line_is_read_as_it_was_written_and_printed_to_the_letter(it in traffic::total(), blanks in blanks()) {
        let line = texts::total(&it);
        both_ways_and_loose(&line, &loosened(&line, &blanks), it, |read| read.io.total)?;
    }

    #[test]
    fn a_repl_io_line_is_read_as_it_was_written_and_printed_to_the_letter(
        it in traffic::replication(),
        blanks in blanks(),
    ) {
        let line = texts::repl_io(&it);
        both_ways_and_loose(&line, &loosened(&line, &blanks), it, |read| read.io.replication)?;
    }

    #[test]
    fn a_sync_rate_line_is_read_as_it_was_written_and_printed_to_the_letter(it in traffic::sync(), blanks in blanks()) {
        let line = texts::sync(&it);
        both_ways_and_loose(&line, &loosened(&line, &blanks), it, |read| read.io.sync)?;
    }

    #[test]
    fn an_io_qdepth_line_is_read_as_it_was_written_and_printed_to_the_letter(
        it in traffic::queue_depth(),
        blanks in blanks(),
    ) {
        let line = texts::queue_depth(&it);
        both_ways_and_loose(&line, &loosened(&line, &blanks), it, |read| read.io.queue_depth)?;
    }

    #[test]
    fn a_table_of_mds_is_read_as_it_was_written_and_printed_to_the_letter(it in tables::mds_table(), blanks in blanks()) {
        let text = texts::table(&it);
        both_ways_and_loose(&text, &loosened_table(&text, &blanks), it, |read| read.mds_table)?;
    }

    #[test]
    fn a_table_of_cs_is_read_as_it_was_written_and_printed_to_the_letter(it in tables::cs_table(), blanks in blanks()) {
        let text = texts::table(&it);
        both_ways_and_loose(&text, &loosened_table(&text, &blanks), it, |read| read.cs_table)?;
    }

    #[test]
    fn a_line_that_no_rule_reads_is_kept_to_the_letter_and_costs_nothing_else(
        report in any_report(),
        line in "(Tiers:|Hosts|x |FS:|License: |Chunks: \\[|IO total: |Replication: 1 norm,)[ -~é…]{0,20}!",
    ) {
        let text = report.to_string();
        let text = text.split("\n\n").next().unwrap().trim_end();
        let whole = read(&format!("{text}\n"));
        let kept = report::parse(&format!("{text}\n{line}\nSync rate: 0ops/s\n")).unwrap();
        let unread: Vec<(usize, &str)> = kept.unread.iter().map(|it| (it.line, &*it.text)).collect();
        let below = text.lines().count() + 1;
        let line = (below, line.as_str());
        prop_assert_eq!(unread, [line, (below + 1, "Sync rate: 0ops/s")]);
        prop_assert_eq!(bare(kept), whole);
    }

    #[test]
    fn a_report_of_any_lines_prints_and_reads_back_the_same(report in any_report()) {
        let read = report::parse(&report.to_string()).unwrap();
        prop_assert_eq!(&read.unread, &[]);
        prop_assert_eq!(bare(read), report);
    }

    #[test]
    fn a_size_operations_and_a_number_print_to_the_letter_as_they_were_read(
        size in size_text(),
        ops in traffic::ops_text(),
        number in traffic::number_text(),
    ) {
        prop_assert_eq!(parsed::<Size>(size.clone()).to_string(), size);
        prop_assert_eq!(parsed::<Ops>(ops.clone()).to_string(), ops);
        prop_assert_eq!(parsed::<Decimal>(number.clone()).to_string(), number);
    }
}

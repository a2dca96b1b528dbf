//! What holds for every report, drawn at random. `PROPTEST_CASES` says how many are drawn, else 1000.

mod drawn;

use drawn::{any_report, parsed, size_text};
use proptest::{collection::vec, prelude::*, sample::select};
use vhi_usage::{
    amount::{Amount, SizeBase},
    vstorage::{
        kept::Kept,
        report::{self, StatReport},
        servers::{CsNodes, MdsNodes},
        space::{Space, SpaceAmounts},
        token::Size,
    },
};

const HEADER: &str = "Cluster 'a': b\nSpace: allocatable 1B of 1B, free 1B of 1B\n";
const BASES: [SizeBase; 2] = [SizeBase::Binary, SizeBase::Decimal];

fn cases() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").map_or(4000, |it| it.parse().unwrap());
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(cases)
    }
}

fn bare(report: StatReport) -> StatReport {
    StatReport {
        unread: Vec::new(),
        read: Kept::default(),
        ..report
    }
}

/// The amount by its definition, in whole numbers: with X the digits, S the scale of the decimals and U the
/// unit, n is in the interval if (2X − 1)·U ≤ 2·n·S and n·S < (X + 1)·U. Tried on the neighbours of the ends.
fn is_by_definition(
    text: &str,
    base: SizeBase,
    amount: Option<Amount>,
) -> Result<(), TestCaseError> {
    let number: String = text.chars().filter(char::is_ascii_digit).collect();
    let number: i128 = number.parse().unwrap();
    let letter = text.chars().rev().nth(1).unwrap();
    let Some(power) = "KMGTPE".find(letter) else {
        let expected = u64::try_from(number).ok().map(Amount::exact);
        prop_assert_eq!(amount, expected, "{}", text);
        return Ok(());
    };
    let unit = i128::from(base.factor()).pow(u32::try_from(power).unwrap() + 1);
    let decimals = text.split_once('.').map_or(0, |(_, it)| it.len() - 2);
    let scale = 10_i128.pow(u32::try_from(decimals).unwrap());
    let inside = |n: i128| {
        n >= 0 && (2 * number - 1) * unit <= 2 * n * scale && n * scale < (number + 1) * unit
    };
    let nearest = |n: i128| {
        (2 * n - 1) * scale <= 2 * number * unit && 2 * number * unit < (2 * n + 1) * scale
    };
    let Some(amount) = amount else {
        let beyond = i128::from(u64::MAX) + 1;
        prop_assert!(
            (number + 1) * unit > beyond * scale,
            "{} is not too large",
            text
        );
        return Ok(());
    };
    let [min, bytes, max] = [amount.min, amount.bytes, amount.max].map(i128::from);
    prop_assert!(inside(min) && !inside(min - 1), "{} min {}", text, min);
    prop_assert!(inside(max) && !inside(max + 1), "{} max {}", text, max);
    prop_assert!(nearest(bytes) && inside(bytes), "{} bytes {}", text, bytes);
    Ok(())
}

/// Total less free, for one pair; `None` where more is free than there is.
fn used(total: Amount, free: Amount) -> Option<Amount> {
    let [low, mid, high] = [
        i128::from(total.min) - i128::from(free.max),
        i128::from(total.bytes) - i128::from(free.bytes),
        i128::from(total.max) - i128::from(free.min),
    ]
    .map(|it| u64::try_from(it).ok());
    Some(Amount {
        bytes: mid.unwrap_or(0),
        min: low.unwrap_or(0),
        max: high?,
    })
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_report_printed_reads_back_the_same(report in any_report()) {
        let read = report::parse(&report.to_string()).unwrap();
        prop_assert_eq!(&read.unread, &[]);
        prop_assert_eq!(bare(read), report);
    }

    #[test]
    fn a_size_stands_for_what_the_definition_says(
        text in prop_oneof![size_text(), "[0-9]{1,5}(\\.[0-9]{1,3})?[KMGTPE]B"],
    ) {
        let size: Size = parsed(text.clone());
        prop_assert_eq!(size.to_string(), text.clone());
        for base in BASES {
            is_by_definition(&text, base, size.amount(base))?;
        }
    }

    #[test]
    fn a_size_stands_for_every_count_that_prints_so(bytes in 0..1_u64 << 63, shift in 0..64, decimals in 0..4_u32) {
        let bytes = bytes >> shift;
        for base in BASES {
            let rounded = Size::three_digits(bytes, base);
            let shown = rounded.amount(base).unwrap();
            prop_assert!(shown.min <= bytes && bytes <= shown.max, "{bytes} as {rounded}");
            prop_assert_eq!(rounded.to_string().parse(), Ok(rounded));
            for (power, letter) in (1..).zip("KMGTPE".chars()) {
                let unit = u128::from(base.factor()).pow(power);
                let scale = 10_u128.pow(decimals);
                let cut = u128::from(bytes) * scale / unit;
                let width = usize::try_from(decimals).unwrap();
                let text = match width {
                    0 => format!("{cut}{letter}B"),
                    _ => format!("{}.{:0width$}{letter}B", cut / scale, cut % scale),
                };
                // finer than a byte, a number stands for nothing but itself
                if unit >= scale && text.len() < 20 {
                    let shown = parsed::<Size>(text.clone()).amount(base).unwrap();
                    prop_assert!(shown.min <= bytes && bytes <= shown.max, "{bytes} as {text}");
                }
            }
        }
    }

    #[test]
    fn every_figure_of_a_report_is_what_the_definition_says(
        mut sizes in vec(size_text(), 7),
        as_drawn in 0..4_u8,
        order in Just(vec![0, 1, 2]).prop_shuffle(),
    ) {
        // three of four times no more is free than there is
        for pair in sizes[..4].chunks_mut(2).filter(|_| as_drawn > 0) {
            pair.sort_by_key(|it| parsed::<Size>(it.clone()).amount(SizeBase::Binary).map(|it| it.bytes));
        }
        let [a, b, c, d, e, f, g] = &sizes[..] else { unreachable!() };
        let mut lines = [
            format!("Space: [OK] allocatable {a} of {b}, free {c} of {d}\n"),
            format!("License: ACTIVE (expiration: 02/03/2027, capacity: {g}, used: {e})\n"),
            format!("FS:  {f} in 1 files, 2 inodes,  3 file maps,  4 chunks,  5 chunk replicas\n"),
        ];
        lines.rotate_left(order[0]);
        let report = report::parse(&format!("Cluster 'c1': healthy\n{}", lines.concat())).unwrap();
        for base in BASES {
            let amount = |text: &String| parsed::<Size>(text.clone()).amount(base);
            for text in &sizes {
                is_by_definition(text, base, amount(text))?;
            }
            let all = (amount(a), amount(b), amount(c), amount(d));
            let (Some(a), Some(b), Some(c), Some(d)) = all else {
                prop_assert!(report.space_in(base).is_err());
                continue;
            };
            let (logical, physical) = (used(b, a), used(d, c));
            match report.space_in(base) {
                Ok(SpaceAmounts { logical: l, physical: p }) => {
                    prop_assert_eq!((l.total, Some(l.used), l.free), (b, logical, a));
                    prop_assert_eq!((p.total, Some(p.used), p.free), (d, physical, c));
                }
                Err(_) => prop_assert!(logical.is_none() || physical.is_none()),
            }
            let within = report.clone().within(base);
            prop_assert_eq!(within.fs.and_then(|it| it.size.amount(base)), amount(f));
            prop_assert_eq!(within.fs.is_some(), amount(f).is_some());
            // a licence of which one size has no amount is none
            let fits = amount(e).is_some() && amount(g).is_some();
            prop_assert_eq!(within.license.is_some(), fits);
            if let Some(license) = within.license {
                prop_assert_eq!(license.used().and_then(|it| it.amount(base)), amount(e));
                prop_assert_eq!(license.capacity().amount(base), amount(g));
            }
        }
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in any::<String>(), lines in "(.|\n|\r\n|\u{1b}\\[){0,200}") {
        for text in [text, lines] {
            let below = format!("{HEADER}{}", text.replace("Space:", ""));
            for text in [text.clone(), format!("{text}\n{HEADER}"), below.clone()] {
                let lines = text.split('\n').count();
                if let Err(error) = report::parse(&text) {
                    prop_assert!((1..=lines + 1).contains(&error.line), "{}", error);
                    prop_assert!(error.column >= 1 && error.found.chars().count() <= 40, "{}", error);
                    prop_assert!(!error.expected.is_empty(), "{}", error);
                }
            }
            prop_assert!(text.contains("Cluster '") || report::parse(&below).is_ok());
        }
    }

    #[test]
    fn a_corrupted_report_gives_only_what_stands_in_it(
        report in any_report(),
        edits in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        several in any::<bool>(),
    ) {
        let mut bytes = report.to_string().into_bytes();
        let edits = edits.into_iter().take(if several { 4 } else { 1 });
        for (place, byte) in edits {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        let text = String::from_utf8_lossy(&bytes);
        if let Ok(read) = report::parse(&text) {
            // found by other means than the parser's: the words of the one line that begins so
            let line = text.split('\n').find(|it| it.starts_with("Space:")).unwrap_or("");
            let (_, words) = line.split_once("allocatable").unwrap_or(("", ""));
            let words: Vec<&str> = words.split([' ', ',', '\t', '\r']).filter(|it| !it.is_empty()).collect();
            let Space { allocatable, free, .. } = read.space;
            let [a, b, c, d] = [allocatable.free, allocatable.total, free.free, free.total].map(|it| it.to_string());
            prop_assert_eq!(words, [&*a, "of", &*b, "free", &*c, "of", &*d]);
        }
    }

    #[test]
    fn a_cut_report_gives_whole_figures_or_none(report in any_report(), at in any::<prop::sample::Index>()) {
        let text = report.to_string();
        let bytes = text.as_bytes();
        let cut = String::from_utf8_lossy(&bytes[..at.index(bytes.len())]);
        let Ok(read) = report::parse(&cut) else {
            let after_space = text.find("Space:").and_then(|it| text[it..].find('\n').map(|n| it + n));
            prop_assert!(cut.len() < after_space.unwrap() + 3);
            return Ok(());
        };
        prop_assert_eq!(&read.cluster, &report.cluster);
        prop_assert_eq!(&read.space, &report.space);
        // what a line has lost of its end is missing, and never another figure
        let same = |read: Option<MdsNodes>| read.is_none_or(|it| {
            let whole = report.mds.clone().unwrap();
            let uptime = it.epoch_uptime.is_none() || it.epoch_uptime == whole.epoch_uptime;
            let version = it.cluster_version.is_none() || it.cluster_version == whole.cluster_version;
            uptime && version && (it.available, it.total) == (whole.available, whole.total)
        });
        prop_assert!(same(read.mds));
        let same = |read: Option<CsNodes>| read.is_none_or(|it| {
            let whole = report.cs.clone().unwrap();
            let version = it.storage_version.is_none() || it.storage_version == whole.storage_version;
            version && (it.available, it.total, it.states) == (whole.available, whole.total, whole.states)
        });
        prop_assert!(same(read.cs));
        prop_assert!(read.license.is_none() || read.license == report.license);
        prop_assert!(read.replication.is_none() || read.replication == report.replication);
        prop_assert!(read.chunks.is_none() || read.chunks == report.chunks);
        prop_assert!(read.fs.is_none() || read.fs == report.fs);
        prop_assert!(read.io.current.is_none() || read.io.current == report.io.current);
        prop_assert!(read.io.total.is_none() || read.io.total == report.io.total);
        prop_assert!(read.io.replication.is_none() || read.io.replication == report.io.replication);
        prop_assert!(read.io.sync.is_none() || read.io.sync == report.io.sync);
        prop_assert!(read.io.queue_depth.is_none() || read.io.queue_depth == report.io.queue_depth);
        for (read, whole) in [(read.mds_table, report.mds_table), (read.cs_table, report.cs_table)] {
            let Some(read) = read else { continue };
            let whole = whole.unwrap();
            prop_assert_eq!(read.columns(), whole.columns());
            prop_assert!(whole.rows().zip(read.rows()).all(|(whole, read)| whole == read));
            prop_assert!(read.rows().len() <= whole.rows().len());
        }
    }

    #[test]
    fn noise_changes_nothing(
        report in any_report(),
        chatter in "([A-Za-z #$:.']{0,30}\n){0,3}",
        noise in vec((any::<prop::sample::Index>(), select(vec![
            "connected to MDS#1", "2026-11-22 06:00:01.872 late", "<...>", "... (rows 1-3 of 6)",
        ])), 0..5),
        (crlf, colour, mark) in any::<(bool, bool, bool)>(),
    ) {
        let text = report.to_string();
        let mut lines: Vec<String> = text.lines().map(String::from).collect();
        for (place, noise) in noise {
            lines.insert(place.index(lines.len() + 1), noise.into());
        }
        if colour {
            for line in &mut lines {
                *line = format!("\u{1b}[1;32m{}\u{1b}[0m\u{1b}[K", line.replace(", ", ",\u{1b}[m "));
            }
        }
        let end = if crlf { "\r\n" } else { "\n" };
        let chatter = chatter.replace("Cluster '", "").replace('\n', end);
        let mark = if mark { "\u{feff}" } else { "" };
        let text = format!("{mark}{chatter}{}{end}", lines.join(end));
        prop_assert_eq!(bare(report::parse(&text).unwrap()), report);
    }
}

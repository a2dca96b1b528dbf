//! What the panel's overview counts is read to its last digit, and what is no count of bytes is no figure.

use crate::{cases, drawn::printer};
use jiff::Timestamp;
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::Value;
use vhi_usage::{
    reading::{Figure, Space, StorageReading},
    source::overview_body,
};

/// A count as JSON may write it, in one of the ways.
fn written(count: u64, way: usize) -> String {
    match way {
        1 => format!("{count}.0"),
        2 if count > 0 => format!("{count}00e-2"),
        3 => format!("{}.{}E+1", count / 10, count % 10),
        _ => count.to_string(),
    }
}

/// No count of bytes, but near to this one.
fn odd() -> impl Strategy<Value = String> {
    let forms = select(vec![
        "-N.5",
        "N.5",
        "N0e-400",
        "N0000000000e20",
        "\"N\"",
        "[N]",
        "true",
    ]);
    (1..=u64::MAX, forms).prop_map(|(count, form)| form.replace('N', &count.to_string()))
}

/// Total and free, and how each number is written.
fn space() -> impl Strategy<Value = (u64, u64, usize)> {
    let bytes = (printer::bytes(), printer::bytes(), 0..4_usize);
    bytes.prop_map(|(one, other, way)| (one.max(other), one.min(other), way))
}

fn space_text((total, free, way): (u64, u64, usize)) -> String {
    let [total, used, free] = [total, total - free, free].map(|it| written(it, way));
    format!("{{\"total\": {total}, \"used\": {used}, \"free\": {free}}}")
}

fn reading(
    overview: &str,
    license: &str,
) -> Result<(StorageReading, Vec<&'static str>), TestCaseError> {
    let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let (overview, license) = (json(overview), json(license));
    let read = overview_body::reading(&overview, Some(&license), Timestamp::UNIX_EPOCH);
    let (reading, odd) = read.map_err(|why| TestCaseError::fail(format!("{why} of {overview}")))?;
    Ok((reading, odd.into_iter().map(|odd| odd.key).collect()))
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn every_count_of_an_overview_is_read_to_its_last_digit_however_it_is_written(
        logical in space(),
        tiers in vec(space(), 0..4),
        (files, used, capacity) in (printer::bytes(), printer::bytes(), printer::bytes()),
        way in 0..4_usize,
    ) {
        let texts = tiers.iter().enumerate().map(|(id, tier)| {
            format!("{{\"id\": {id}, \"phys_space\": {}}}", space_text(*tier))
        });
        let texts: Vec<String> = texts.collect();
        let overview = format!(
            "{{\"logic_space\": {}, \"tiers\": [{}], \"fs_stat\": {{\"used_size\": {}}}}}",
            space_text(logical), texts.join(", "), written(files, way),
        );
        let license = format!(
            "{{\"capacity\": {}, \"used_size\": {}}}",
            written(capacity, way), written(used, way),
        );
        let (it, odd) = reading(&overview, &license)?;
        prop_assert_eq!(odd, Vec::<&str>::new());
        let (total, free, _) = logical;
        prop_assert_eq!(Some(it.logical), Space::exact(total, free));
        prop_assert_eq!(it.user_data, Some(Figure::exact(files)));
        let license = it.license.unwrap();
        prop_assert_eq!(license.used, Some(Figure::exact(used)));
        prop_assert_eq!(license.free, capacity.checked_sub(used).map(Figure::exact));
        let read = it.tiers.unwrap_or_default().into_iter().map(|tier| tier.physical);
        let expected = tiers.iter().map(|(total, free, _)| Space::exact(*total, *free));
        prop_assert!(read.eq(expected));
        let sum = |of: fn(&(u64, u64, usize)) -> u64| tiers.iter().map(|it| u128::from(of(it))).sum();
        let (total, free): (u128, u128) = (sum(|it| it.0), sum(|it| it.1));
        let sum = match (u64::try_from(total), u64::try_from(free)) {
            (Ok(total), Ok(free)) if !tiers.is_empty() => Space::exact(total, free),
            _ => None,
        };
        prop_assert_eq!(it.physical, sum);
    }

    #[test]
    fn what_is_no_count_of_bytes_costs_its_own_figure_and_is_told(
        (good, bad) in (space(), odd()),
        key in select(vec!["total", "used", "free"]),
    ) {
        let good_text = space_text(good);
        let bad_text = format!("{{\"total\": 9, \"used\": 4, \"free\": 5, \"{key}\": {bad}}}");
        let overview = format!(
            "{{\"logic_space\": {good_text}, \"space_per_service\": {{\"s3\": {bad}, \"nfs\": 7}}, \"tiers\": \
             [{{\"id\": 0, \"phys_space\": {good_text}}}, {{\"id\": 1, \"phys_space\": {bad_text}}}]}}"
        );
        let license = format!("{{\"capacity\": {bad}, \"used_size\": 7}}");
        let (it, odd) = reading(&overview, &license)?;
        prop_assert_eq!(odd, ["tiers.phys_space", "license.capacity", "space_per_service"]);
        prop_assert_eq!(it.physical, None);
        let tiers: Vec<_> = it.tiers.unwrap().into_iter().map(|tier| tier.physical).collect();
        prop_assert_eq!(tiers, [Space::exact(good.0, good.1), None]);
        let license = it.license.unwrap();
        let used = Some(Figure::exact(7));
        prop_assert_eq!((license.capacity, license.used, license.free), (None, used, None));
        let services: Vec<_> = it.services.unwrap().into_iter().map(|service| service.used).collect();
        prop_assert_eq!(services, [None, used]);
        let none = format!("{{\"logic_space\": {bad_text}}}");
        prop_assert!(reading(&none, "null").is_err());
    }
}

//! What an overview and a licence of the panel mean: each figure to the byte, what is derived, and what is not known.

use std::path::Path;

use jiff::Timestamp;
use serde_json::Value;
use vhi_usage::{
    reading::{Figure, License, Space, StorageReading},
    source::overview_body,
};

fn fixture(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/panel");
    serde_json::from_slice(&std::fs::read(folder.join(name)).unwrap()).unwrap()
}

fn reading_of(overview: &Value, license: Option<&Value>) -> StorageReading {
    let (reading, odd) = overview_body::reading(overview, license, Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(odd, []);
    reading
}

#[test]
fn an_overview_and_a_licence_are_read_to_the_byte() {
    let it = reading_of(&fixture("overview.json"), Some(&fixture("license.json")));
    let exact = |bytes| Some(Figure::exact(bytes));
    let used = |space: Space| space.used.amount.bytes;
    assert_eq!(
        Some(it.logical),
        Space::exact(87_960_930_222_080, 57_174_604_644_352)
    );
    assert_eq!(used(it.logical), 30_786_325_577_728);
    assert_eq!(
        it.physical,
        Space::exact(224_300_372_066_306, 151_732_604_633_089)
    );
    assert_eq!(used(it.physical.unwrap()), 72_567_767_433_217);
    assert_eq!(it.user_data, exact(30_786_325_577_729));
    let tiers: Vec<_> = it
        .tiers
        .unwrap()
        .into_iter()
        .map(|tier| (tier.id, tier.logical, tier.physical))
        .collect();
    let second = Space::exact(26_388_279_066_625, 19_791_209_299_968);
    assert_eq!(tiers[1], ("1".to_owned(), None, second));
    let services: Vec<_> = it
        .services
        .unwrap()
        .into_iter()
        .map(|service| (service.name, service.used))
        .collect();
    let expected = [
        ("abgw", exact(0)),
        ("compute", exact(24_189_255_811_073)),
        ("iscsi", exact(0)),
        ("nfs", None),
        ("other", exact(1)),
        ("s3", exact(6_597_069_766_654)),
    ];
    assert_eq!(
        services,
        expected.map(|(name, used)| (name.to_owned(), used))
    );
    let license = License {
        state: Some("active".to_owned()),
        capacity: exact(109_951_162_777_600),
        used: exact(30_786_325_577_729),
        free: exact(79_164_837_199_871),
        expires_on: Some("2027-12-31".parse().unwrap()),
    };
    assert_eq!(it.license, Some(license));
}

#[test]
fn without_the_licence_its_figures_alone_are_not_known() {
    let (overview, license) = (fixture("overview.json"), fixture("license.json"));
    let (with, without) = (
        reading_of(&overview, Some(&license)),
        reading_of(&overview, None),
    );
    let unlicensed = License {
        capacity: Some(Figure::exact(109_951_162_777_600)),
        ..License::default()
    };
    assert_eq!(without.license, Some(unlicensed));
    assert_eq!(
        StorageReading {
            license: with.license.clone(),
            ..without
        },
        with
    );
}

#[test]
fn what_the_licence_leaves_out_is_derived_or_not_known() {
    let (mut overview, mut license) = (fixture("overview.json"), fixture("license.json"));
    license
        .as_object_mut()
        .unwrap()
        .retain(|key, _| key == "used_size");
    overview.as_object_mut().unwrap().shift_remove("fs_stat");
    let it = reading_of(&overview, Some(&license));
    let used = Some(Figure::exact(30_786_325_577_729));
    assert_eq!(it.user_data, used);
    let derived = License {
        capacity: Some(Figure::exact(109_951_162_777_600)),
        used,
        free: Some(Figure::exact(79_164_837_199_871)),
        ..License::default()
    };
    assert_eq!(it.license, Some(derived));
}

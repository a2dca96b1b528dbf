//! Our own HTTPS: what is said beside the problems of its files, which `tests/config/tls.rs` holds.

use std::time::Duration;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use vhi_usage::{
    api::{error::ApiError, tls::TlsError},
    chain::chain,
    clock,
    config::{
        Config,
        origins::{EnvFile, Origins},
    },
};

use crate::{
    common::{RIGHT, write_private},
    told::Mask,
    variables::right,
};

/// What is said at the start of a certificate that is valid between these days from now.
fn notice(from: i64, until: i64) -> String {
    let day = |days: i64| {
        let day = clock::now().as_second() + days * 86_400;
        let day = jiff::Timestamp::from_second(day).unwrap();
        let day = day.to_zoned(jiff::tz::TimeZone::UTC).date();
        let (month, day_of) = (day.month().unsigned_abs(), day.day().unsigned_abs());
        date_time_ymd(i32::from(day.year()), month, day_of)
    };
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    (params.not_before, params.not_after) = (day(from), day(until));
    let certificate = params.self_signed(&key).unwrap();
    let place = right();
    place.write("own.pem", &certificate.pem());
    write_private(&place.file("own.key"), &key.serialize_pem());
    let tls = "[api.tls]\ncertificate_file = \"own.pem\"\nkey_file = \"own.key\"\n[[cluster]]";
    place.write("site.toml", &RIGHT.replace("[[cluster]]", tls));
    let config = Config::load(&Origins {
        file: Some(place.file("site.toml")),
        env_file: EnvFile::Nowhere,
        ..Origins::default()
    });
    let mut notices = config.unwrap().notices;
    assert_eq!(notices.len(), 1, "{notices:?}");
    notices.remove(0)
}

#[test]
fn a_certificate_whose_time_is_short_is_told_at_the_start() {
    Mask::default().says(
        notice(2, 200),
        "the certificate of our own HTTP side is valid from TIME only: callers refuse it until then",
    );
    Mask::default().says(
        notice(-9, 3),
        "the certificate of our own HTTP side expires on TIME: renew it, and send SIGHUP or start anew",
    );
}

#[test]
fn what_no_test_can_bring_about_has_its_words_all_the_same() {
    // TLS that cannot be set up takes a machine without random bytes: made by hand.
    let library = TlsError::Library(rustls::Error::FailedToGetRandomBytes);
    let told = "TLS cannot be set up on this machine: failed to get random bytes";
    assert_eq!(chain(&library), told);
    for (error, status, told) in [
        (
            ApiError::PlainHttp,
            400,
            "this port speaks HTTPS: write https:// in place of http://",
        ),
        (
            ApiError::Overloaded(Duration::from_secs(1)),
            503,
            "too many connections at once: ask again after the seconds of Retry-After",
        ),
    ] {
        let answer = error.answer();
        let body: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
        let answered = (answer.status().as_u16(), &body["detail"]);
        assert_eq!(answered, (status, &told.into()));
    }
}

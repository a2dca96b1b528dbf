//! The few failures of the machine that no test can bring about without luck, or as root: made by hand.

use vhi_usage::{
    cli::exit::{Failure, system},
    config::listen::BindError,
    panel::shown::NotShown,
    sim::error::SimError,
    unreadable,
};

#[test]
fn what_no_test_can_bring_about_has_its_words_all_the_same() {
    // A full disk, a machine without random bytes, a task that ends by itself: these are made by hand.
    let full = || std::io::Error::from_raw_os_error(28);
    for (failure, sentence) in [
        (
            Failure::Output(full()),
            "cannot write the result: No space left on device (os error 28)",
        ),
        (
            Failure::System {
                doing: "make a temporary folder",
                source: full(),
            },
            "cannot make a temporary folder: No space left on device (os error 28)",
        ),
        (
            Failure::Silent(std::time::Duration::from_secs(60)),
            "the store did not answer within 60 s",
        ),
        (
            Failure::Broken("a collector"),
            "a collector ended by itself; the log says why",
        ),
        (
            Failure::Broken("the HTTP side"),
            "the HTTP side ended by itself; the log says why",
        ),
        (
            Failure::Broken("the sharing of clusters"),
            "the sharing of clusters ended by itself; the log says why",
        ),
        (
            Failure::Broken("the upkeep of the store"),
            "the upkeep of the store ended by itself; the log says why",
        ),
        (
            Failure::from(BindError {
                listen: ":80".parse().unwrap(),
                error: std::io::ErrorKind::PermissionDenied.into(),
            }),
            "cannot listen on :80: this user may not take a port below 1024: choose a higher one with --listen, LISTEN or listen in the settings",
        ),
        (
            Failure::Simulator(SimError::Write {
                path: "x".into(),
                source: full(),
            }),
            "cannot write x: No space left on device (os error 28)",
        ),
        (
            Failure::Simulator(SimError::Random),
            "the system gives no random bytes",
        ),
        (
            Failure::Simulator(SimError::Key {
                what: "key of the user",
                source: russh::keys::ssh_key::Error::Crypto,
            }),
            "cannot make the key of the user: cryptographic error",
        ),
        (
            Failure::Simulator(SimError::Certificate(
                rcgen::Error::KeyGenerationUnavailable,
            )),
            "cannot make the certificate of the panel: There is no support for generating keys for the given algorithm",
        ),
        (
            Failure::Simulator(SimError::Tls(rustls::Error::NoCertificatesPresented)),
            "cannot set up TLS for the panel: peer sent no certificates",
        ),
    ] {
        assert_eq!(failure.to_string(), sentence);
    }
    for doing in [
        "learn our address",
        "listen for signals",
        "make a token",
        "write the settings",
        "start threads",
    ] {
        let failure = system(doing)(full());
        let sentence = format!("cannot {doing}: No space left on device (os error 28)");
        assert_eq!(failure.to_string(), sentence);
    }
    // For root no file is closed.
    let closed = std::io::ErrorKind::PermissionDenied.into();
    let why = "this user may not: see its owner and mode with `ls -l`";
    assert_eq!(unreadable::why(&closed), why);
    assert_eq!(unreadable::why_not_written(&closed), why);
    // TLS without a certificate is none that rustls speaks.
    let none = NotShown::Connect {
        place: "https://panel.example:8888".to_owned(),
        doing: "no TLS handshake",
        why: "the peer presents no certificate".to_owned(),
    };
    assert_eq!(
        none.to_string(),
        "https://panel.example:8888: no TLS handshake: the peer presents no certificate; is the panel running there, and is the port right?"
    );
}

//! Commands that do not end well: what is said of them, and what becomes of their session.

use std::time::Duration;

use vhi_usage::{
    sim::fault::Fault,
    ssh::{
        error::SshError,
        output::{ExitStatus, STDOUT_LIMIT},
    },
};

use crate::{
    answers,
    common::{PATIENCE, STAT, Site},
    connections, fails,
};

/// How long a command may hang.
const SHORT: Duration = Duration::from_millis(200);

#[tokio::test]
async fn a_command_that_ends_with_an_error_gives_no_output_and_keeps_its_session() {
    let site = Site::with(1, Fault::Exit1).await;
    let pool = site.pool();
    let error = fails(&pool, PATIENCE).await;
    let SshError::Exit {
        node,
        command,
        status,
        stderr,
    } = &error
    else {
        panic!("{error}");
    };
    assert_eq!((node, command.as_str()), (&site.node(0), STAT));
    assert_eq!(*status, ExitStatus::Code(1));
    assert!(stderr.ends_with("Connection reset by peer"), "{stderr}");
    let line = format!("{node}: `{STAT}` ended with exit status 1 and said: {stderr}");
    assert_eq!(error.to_string(), line);
    site.scenario().set_fault(Fault::Exit1, false);
    answers(&site, &pool).await;
    assert_eq!(connections(&site), 1);
}

#[tokio::test]
async fn a_command_without_an_exit_status_gives_no_output() {
    let site = Site::with(1, Fault::NoStatus).await;
    let error = fails(&site.pool(), PATIENCE).await;
    let unknown = |status: &ExitStatus| *status == ExitStatus::Unknown;
    assert!(
        matches!(&error, SshError::Exit { status, .. } if unknown(status)),
        "{error}"
    );
}

#[tokio::test]
async fn a_node_whose_command_fails_is_asked_first_again() {
    let site = Site::new(2).await;
    let pool = site.pool();
    site.scenario().set_node_fault(0, Fault::Exit1, true);
    assert_eq!(answers(&site, &pool).await, 1);
    site.scenario().set_node_fault(0, Fault::Exit1, false);
    assert_eq!(answers(&site, &pool).await, 0);
    assert_eq!(connections(&site), 2);
}

#[tokio::test]
async fn endless_output_is_cut_at_the_cap() {
    let site = Site::with(1, Fault::EndlessOutput).await;
    let pool = site.pool();
    let error = fails(&pool, PATIENCE).await;
    let capped = |limit: usize| limit == STDOUT_LIMIT;
    assert!(
        matches!(error, SshError::TooLong { limit, .. } if capped(limit)),
        "{error}"
    );
    site.quiet().await;
    site.scenario().set_fault(Fault::EndlessOutput, false);
    answers(&site, &pool).await;
}

#[tokio::test]
async fn a_command_that_hangs_is_ended_on_the_node_and_keeps_its_session() {
    let site = Site::with(1, Fault::Hang).await;
    let pool = site.pool();
    for _ in 0..3 {
        let error = fails(&pool, SHORT).await;
        assert!(
            matches!(
                error,
                SshError::Timeout {
                    ended_there: true,
                    ..
                }
            ),
            "{error}"
        );
    }
    site.scenario().set_fault(Fault::Hang, false);
    answers(&site, &pool).await;
    assert_eq!(connections(&site), 1);
    site.quiet().await;
}

#[tokio::test]
async fn a_command_that_nothing_ends_costs_its_connection_and_no_slot() {
    let site = Site::with(1, Fault::HangHard).await;
    let pool = site.pool();
    let error = fails(&pool, SHORT).await;
    assert!(
        matches!(
            error,
            SshError::Timeout {
                ended_there: false,
                ..
            }
        ),
        "{error}"
    );
    site.quiet().await;
    site.scenario().set_fault(Fault::HangHard, false);
    answers(&site, &pool).await;
    assert_eq!(connections(&site), 2);
}

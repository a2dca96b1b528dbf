//! The closed list of reasons, and that the README has each.

use vhi_usage::reason::Code;

#[test]
fn every_reason_is_a_sentence_of_the_list() {
    let told: Vec<(&str, &str)> = Code::ALL
        .iter()
        .map(|it| (it.name(), it.message()))
        .collect();
    assert_eq!(
        told,
        [
            ("not_yet", "the first reading has not ended yet"),
            ("no_answer", "the source has not answered for too long"),
            ("connect_refused", "the connection was refused"),
            ("connect_timeout", "no connection in time"),
            ("connect_failed", "no connection"),
            (
                "host_key_unknown",
                "the storage node's host key is not known"
            ),
            (
                "host_key_changed",
                "the storage node shows another host key than expected"
            ),
            (
                "host_key_revoked",
                "the storage node shows a revoked host key"
            ),
            (
                "host_certificate_out_of_date",
                "the storage node's host certificate is not valid at this time"
            ),
            (
                "host_certificate_other_name",
                "the storage node's host certificate is not made out for it"
            ),
            (
                "host_certificate_unfit",
                "the storage node's host certificate proves nothing"
            ),
            (
                "known_hosts_unreadable",
                "the file of known host keys cannot be read"
            ),
            ("key_unusable", "our private key cannot be used"),
            ("auth_refused", "the login was refused"),
            (
                "session_lost",
                "the connection to the storage node was lost"
            ),
            (
                "command_refused",
                "the storage node refused to run the command"
            ),
            ("command_timeout", "the command did not end in time"),
            ("command_failed", "the command failed"),
            ("output_too_long", "the command printed too much"),
            (
                "report_unreadable",
                "the command's output cannot be read as a report"
            ),
            ("other_cluster", "the source shows another cluster"),
            (
                "cluster_ambiguous",
                "the panel shows more than one cluster of this name",
            ),
            ("not_settled", "the cluster does not know its own state yet"),
            (
                "certificate_untrusted",
                "the certificate of the source is not trusted"
            ),
            ("panel_status", "the panel answered with an error"),
            ("panel_timeout", "the panel did not answer in time"),
            ("panel_unreadable", "the panel's answer cannot be read"),
            (
                "more_free_than_total",
                "the source says that more is free than there is"
            ),
            (
                "does_not_add_up",
                "what the source says is used and free is not its total"
            ),
            (
                "metrics_status",
                "Prometheus or Grafana answered with an error"
            ),
            (
                "metrics_timeout",
                "Prometheus or Grafana did not answer in time"
            ),
            (
                "metrics_unreadable",
                "the answer of Prometheus or Grafana cannot be read"
            ),
            ("query_invalid", "Prometheus cannot read the query"),
            ("query_failed", "Prometheus failed with the query"),
            ("query_timeout", "Prometheus had no time for the query"),
            ("metrics_empty", "the query finds no series"),
            ("metrics_nan", "a value of the query is not a number"),
            ("metrics_infinite", "a value of the query is infinite"),
            ("metrics_negative", "a value of the query is below 0"),
            (
                "metrics_fraction",
                "a value of the query is no whole number of bytes"
            ),
            (
                "metrics_ambiguous",
                "the query gives more series than figures"
            ),
            ("metrics_partial", "a part of the query's answer is missing"),
            (
                "other_moments",
                "what the queries give is not of one moment"
            ),
            (
                "figure_too_large",
                "a figure is larger than any that can be"
            ),
            (
                "proxy_auth_refused",
                "the proxy in front of Grafana refused us"
            ),
            (
                "grafana_auth_refused",
                "Grafana refused the token or the session"
            ),
            ("grafana_forbidden", "Grafana forbids the query"),
            (
                "datasource_unknown",
                "it is not known which data source of Grafana to ask"
            ),
        ]
    );
}

#[test]
fn the_readme_lists_every_code_once_and_in_their_order() {
    let readme =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let (_, table) = readme
        .split_once("| code | what happened | way out |\n")
        .unwrap();
    let rows = table
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with('|'));
    let cells: Vec<Vec<&str>> = rows.map(|row| row.split(" | ").collect()).collect();
    let codes: Vec<&str> = cells
        .iter()
        .map(|row| row[0].trim_matches(['|', ' ', '`']))
        .collect();
    let known: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
    assert_eq!(codes, known);
    let whole = |row: &Vec<&str>| row.len() == 3 && row.iter().all(|cell| cell.len() > 4);
    assert!(cells.iter().all(whole), "{cells:?}");
}

//! The tables of the settings file that speak of metrics, as they are written: `[cluster.prometheus]` and
//! `[cluster.grafana]`. Unknown keys are errors.

use std::{path::PathBuf, time::Duration};

use serde::Deserialize;

use crate::{config::duration::wait, source::queries::Written};

/// `[cluster.prometheus]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrometheusFile {
    /// Base address.
    pub url: Option<String>,
    /// User.
    pub username: Option<String>,
    /// File of the password.
    pub password_file: Option<PathBuf>,
    /// Or file of a token.
    pub token_file: Option<PathBuf>,
    /// File of the certificate authorities.
    pub ca_file: Option<PathBuf>,
    /// Or the fingerprint of the certificate.
    pub sha256: Option<String>,
    /// Or no check at all.
    pub insecure: Option<bool>,
    /// For each request.
    #[serde(default, deserialize_with = "wait")]
    pub timeout: Option<Duration>,
    /// What stands in the place of `$matcher` in the queries.
    pub matcher: Option<String>,
    /// The series of all space.
    pub total_query: Option<String>,
    /// The series of free space.
    pub free_query: Option<String>,
    /// All space on the disks.
    pub physical_total_query: Option<String>,
    /// Free space on the disks.
    pub physical_free_query: Option<String>,
}

/// `[cluster.grafana]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrafanaFile {
    /// Base address.
    pub url: Option<String>,
    /// File of the token.
    pub token_file: Option<PathBuf>,
    /// What is shown: `token`, `panel` or `both`.
    pub auth: Option<String>,
    /// The data source's uid.
    pub datasource_uid: Option<String>,
    /// Or its number.
    pub datasource_id: Option<u32>,
    /// The form of the queries.
    pub query_form: Option<String>,
    /// File of the certificate authorities.
    pub ca_file: Option<PathBuf>,
    /// Or the fingerprint of the certificate.
    pub sha256: Option<String>,
    /// Or no check at all.
    pub insecure: Option<bool>,
    /// For each request.
    #[serde(default, deserialize_with = "wait")]
    pub timeout: Option<Duration>,
    /// What stands in the place of `$matcher` in the queries.
    pub matcher: Option<String>,
    /// The series of all space.
    pub total_query: Option<String>,
    /// The series of free space.
    pub free_query: Option<String>,
    /// All space on the disks.
    pub physical_total_query: Option<String>,
    /// Free space on the disks.
    pub physical_free_query: Option<String>,
}

impl PrometheusFile {
    /// Its queries.
    pub fn queries(&self) -> Written {
        Written {
            matcher: self.matcher.clone(),
            total: self.total_query.clone(),
            free: self.free_query.clone(),
            physical_total: self.physical_total_query.clone(),
            physical_free: self.physical_free_query.clone(),
        }
    }
}

impl GrafanaFile {
    /// Its queries.
    pub fn queries(&self) -> Written {
        Written {
            matcher: self.matcher.clone(),
            total: self.total_query.clone(),
            free: self.free_query.clone(),
            physical_total: self.physical_total_query.clone(),
            physical_free: self.physical_free_query.clone(),
        }
    }
}

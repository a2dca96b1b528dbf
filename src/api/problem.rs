//! What a problem is on the wire: `application/problem+json`.
//!
//! ```text
//! {"type":"urn:vhi-usage:unauthorized","title":"Unauthorized","status":401,"detail":"…","error":"…"}
//! ```

use serde::Serialize;
use utoipa::ToSchema;
use warp::http::StatusCode;

use crate::{reason::Code, words::words};

words! {
    /// Which problem it is.
    Kind as "ProblemType" {
        /// A query that is not understood.
        BadQuery = "urn:vhi-usage:bad_query",
        /// Plain HTTP was sent to a port that speaks HTTPS.
        HttpsOnly = "urn:vhi-usage:https_only",
        /// No API token was sent, or one that is not known, or one that has expired.
        Unauthorized = "urn:vhi-usage:unauthorized",
        /// The API token lacks the scope that this path wants.
        Forbidden = "urn:vhi-usage:forbidden",
        /// No cluster of this name is configured.
        UnknownCluster = "urn:vhi-usage:unknown_cluster",
        /// No storage node is asked for this cluster, so there is no text of one.
        NoNodes = "urn:vhi-usage:no_nodes",
        /// There is nothing under this path.
        NotFound = "urn:vhi-usage:not_found",
        /// No month is written so, or nothing is kept of it.
        UnknownPeriod = "urn:vhi-usage:unknown_period",
        /// No reading of this name is kept for this cluster.
        UnknownReading = "urn:vhi-usage:unknown_reading",
        /// The reading is kept, and the text that it was read from no longer is.
        EvidenceGone = "urn:vhi-usage:evidence_gone",
        /// Neither JSON nor CSV is accepted.
        NotAcceptable = "urn:vhi-usage:not_acceptable",
        /// The month cannot be closed now: it is not over, or one before it is not closed.
        PeriodConflict = "urn:vhi-usage:period_conflict",
        /// The readings of this time are no longer kept, only what whole hours or whole days of them add up to.
        ReadingsGone = "urn:vhi-usage:readings_gone",
        /// Another method than those that `Allow` names.
        MethodNotAllowed = "urn:vhi-usage:method_not_allowed",
        /// More requests from this address, or with this token, than the limit allows.
        TooManyRequests = "urn:vhi-usage:too_many_requests",
        /// More connections at once, in all or from this address, than there may be.
        Overloaded = "urn:vhi-usage:overloaded",
        /// Compute has no usable figure; storage has.
        NoCompute = "urn:vhi-usage:no_compute",
        /// No round of readings has ended yet.
        NotYet = "urn:vhi-usage:not_yet",
        /// Neither storage nor compute has a usable figure.
        NoUsage = "urn:vhi-usage:no_usage",
        /// A complete answer was required, and the usage is not complete.
        NotComplete = "urn:vhi-usage:not_complete",
        /// No storage node has printed anything yet.
        NoText = "urn:vhi-usage:no_text",
        /// What is kept cannot be reached at the moment.
        StoreUnavailable = "urn:vhi-usage:store_unavailable",
        /// What is kept is not what was written.
        StoreDamaged = "urn:vhi-usage:store_damaged",
        /// Some cluster has a part without a usable figure.
        NotReady = "urn:vhi-usage:not_ready",
    }
}

impl Kind {
    /// The status that it is answered with.
    pub fn status(self) -> StatusCode {
        match self {
            Kind::BadQuery | Kind::HttpsOnly => StatusCode::BAD_REQUEST,
            Kind::Unauthorized => StatusCode::UNAUTHORIZED,
            Kind::Forbidden => StatusCode::FORBIDDEN,
            Kind::UnknownCluster
            | Kind::UnknownPeriod
            | Kind::UnknownReading
            | Kind::NoNodes
            | Kind::NotFound => StatusCode::NOT_FOUND,
            Kind::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Kind::PeriodConflict => StatusCode::CONFLICT,
            Kind::EvidenceGone | Kind::ReadingsGone => StatusCode::GONE,
            Kind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Kind::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Kind::NoCompute => StatusCode::BAD_GATEWAY,
            Kind::Overloaded
            | Kind::NotYet
            | Kind::NoUsage
            | Kind::NotComplete
            | Kind::NoText
            | Kind::StoreUnavailable
            | Kind::NotReady => StatusCode::SERVICE_UNAVAILABLE,
            Kind::StoreDamaged => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Whether `Retry-After` says when to ask again.
    pub fn waits(self) -> bool {
        matches!(
            self,
            Kind::TooManyRequests
                | Kind::Overloaded
                | Kind::NoCompute
                | Kind::NotYet
                | Kind::NoUsage
                | Kind::NotComplete
                | Kind::NoText
                | Kind::StoreUnavailable
                | Kind::NotReady
        )
    }
}

/// Why a request gets no figures, after RFC 9457. No address, user or secret of a peer is in it, nor anything that a
/// peer sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem<'a> {
    /// Which problem it is.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// The words of the status.
    pub title: &'static str,
    /// The status of the answer, once more.
    pub status: u16,
    /// What is wrong and what can be done, as a sentence.
    pub detail: &'a str,
    /// The same as `detail`, for the callers of the service that this one replaces.
    pub error: &'a str,
    /// The parts without a usable figure; there with `not_ready` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<Missing>)]
    pub missing: Option<&'a [Missing]>,
}

/// A part of a cluster that has no usable figure.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Missing {
    /// Name of the cluster, as in the settings.
    pub cluster: String,
    /// Which part of it.
    pub part: PartName,
    /// What happened.
    pub code: Code,
    /// The same as a sentence.
    pub message: String,
    /// When the peer that refused us is asked again; null where that is at the next round, or waits for a person.
    #[schema(format = DateTime)]
    pub next_try: Option<String>,
}

words! {
    /// A part of the usage.
    PartName as "PartName" {
        /// The storage of the cluster.
        Storage = "storage",
        /// Its machines and volumes.
        Compute = "compute",
    }
}

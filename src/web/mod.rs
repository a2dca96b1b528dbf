//! How a peer is asked over HTTP: one request, one whole answer. Nothing here knows what an answer means.
//!
//! [`peer`] is who is asked, as sentences name it; [`trust`] decides which certificate it may show, and [`sealed`]
//! carries what lets us in. [`teller`] is who gave an answer, for those who read its body. [`handed`] knows whether a request was sent that nobody answered. [`refusals`] and [`left_alone`] keep the pauses behind a refusal, and write them down in
//! [`crate::breaker`].

pub mod error;
pub mod handed;
pub mod http;
pub mod left_alone;
pub mod peer;
pub mod refusals;
pub mod sealed;
pub mod teller;
pub mod trust;

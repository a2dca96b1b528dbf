//! How a peer is asked over HTTP: one request, one whole answer. Nothing here knows what an answer means.
//!
//! [`peer`] is who is asked, as sentences name it; [`trust`] decides which certificate it may show;
//! [`sealed`] carries what lets us in.

pub mod error;
pub mod http;
pub mod peer;
pub mod refusals;
pub mod sealed;
pub mod trust;

//! How the panel is asked over HTTPS. Nothing here knows what an answer means.
//!
//! [`session`] logs in once and keeps the session; [`trust`] decides which certificate the panel may
//! show.

pub mod error;
pub mod http;
pub mod login;
pub mod session;
pub mod shown;
pub mod trust;

//! How the panel is asked over HTTPS. Nothing here knows what an answer means.
//!
//! [`session`] logs in once and keeps the session; [`shown`] asks for the certificate alone, and [`shut`] says why it is too early
//! for another login.

pub mod entrance;
pub mod error;
pub mod login;
pub mod project;
pub mod request;
pub mod session;
pub mod shown;
pub mod shut;
pub mod standing;

//! Billing months in a real store, in a file and on a server: closed once, never changed, corrected, verified.

#[path = "periods/aged.rs"]
mod aged;
#[path = "periods/books.rs"]
mod books;
#[path = "periods/clocks.rs"]
mod clocks;
#[path = "periods/closed.rs"]
mod closed;
#[path = "periods/corrected.rs"]
mod corrected;
#[path = "periods/kept.rs"]
mod kept;
#[path = "periods/place.rs"]
mod place;
#[path = "common/postgres.rs"]
mod postgres;
#[path = "replay/site.rs"]
mod site;
#[path = "periods/verified.rs"]
mod verified;

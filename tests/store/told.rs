//! What a server tells of the statements that it runs, and how it goes about each of them.

use std::{
    fmt::Debug,
    sync::{Arc, Mutex},
};

use sqlx::postgres::PgConnectOptions;
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::layer::{Context, Layer};

/// What grows with every round or month, under each name that a statement gives it.
pub(crate) const GROWING: [&str; 7] = [
    "readings",
    "hours",
    "days",
    "texts",
    "absences",
    "corrections",
    "booked",
];

/// A statement, and how the server went about it.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) sql: String,
    pub(crate) steps: String,
}

/// What the server has told so far.
#[derive(Clone, Default)]
pub(crate) struct Told(Arc<Mutex<Vec<Plan>>>);

impl<S: Subscriber> Layer<S> for Told {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        event.record(&mut self.clone());
    }
}

impl Visit for Told {
    fn record_str(&mut self, _: &Field, told: &str) {
        let plan = told.split_once("Query Text: ");
        if let Some((sql, steps)) = plan.and_then(|(_, plan)| plan.split_once('\n')) {
            let (sql, steps) = (sql.to_owned(), steps.to_owned());
            self.0.lock().unwrap().push(Plan { sql, steps });
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}

impl Told {
    /// What was told of statements with these words.
    pub(crate) fn of(&self, words: &str) -> Vec<Plan> {
        let plans = self.0.lock().unwrap();
        let told = plans.iter().filter(|plan| plan.sql.contains(words));
        told.cloned().collect()
    }
}

pub(crate) fn is_growing(table: &str) -> bool {
    GROWING.contains(&table)
}

/// Whether a statement asks of what grows.
pub(crate) fn asks(plan: &Plan) -> bool {
    plan.sql.split([' ', ',', '(', ')', '.']).any(is_growing)
}

/// A server that tells of every statement, once it has run it.
pub(crate) fn telling(server: PgConnectOptions) -> PgConnectOptions {
    server.options([
        ("session_preload_libraries", "auto_explain"),
        ("auto_explain.log_min_duration", "0"),
        ("client_min_messages", "log"),
    ])
}

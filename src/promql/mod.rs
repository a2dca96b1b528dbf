//! How Prometheus is asked for the value of a query at one moment: straight, or through Grafana. Nothing
//! here knows what a value means.
//!
//! ```text
//! GET /api/v1/query?query=sum(x)&time=1768464000.123
//! {"status": "success", "data": {"resultType": "vector", "result": [{"metric": {}, "value": [1768464000.123, "7"]}]}}
//! ```
//!
//! [`direct`] asks a Prometheus server, [`grafana`] asks Grafana in one of the forms of [`form`], behind its
//! [`gate`]; both give a [`vector`].

pub mod answer;
pub mod attempt;
pub mod datasource;
pub mod direct;
pub mod error;
pub mod form;
pub mod frames;
pub mod gate;
pub mod grafana;
pub mod kind;
pub mod vector;

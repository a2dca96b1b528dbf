//! What holds for every input, tried by the fuzzer.
//!
//! Each target has a room of its own: `check` takes the fuzzer's bytes and panics where something does
//! not hold. A first byte below [`drawn::DRAWN`] says that the rest is to be drawn from; any other input
//! is the text itself, so that a saved text is a seed as it is.
//!
//! | room | what it is for |
//! | --- | --- |
//! | [`report`] | the text of `vstorage stat` |
//! | [`size`] | a printed size, in both bases |
//! | [`panel_stat`] | the panel's compute stat |
//! | [`overview`], [`space`] | the panel's overview and licence |
//! | [`query`], [`series`] | what Prometheus and Grafana answer to a query |
//! | [`again`] | a text that was kept of any source, read again |
//! | [`settings`], [`env`] | the settings file and the `.env` file |
//! | [`known_hosts`] | which host key a node may show |
//! | [`pem`] | certificate authorities, our own certificate, private keys and fingerprints |
//! | [`drawn`] | choices out of bytes |
//! | [`lines`] | lines of a report, drawn |
//! | [`record`] | what a source was asked and answered, drawn |
//! | [`mutated`] | what may become of the lines of a text |
//! | [`ground`] | the settings that follow from both |
//! | [`exact`] | numbers in text, without a limit |
//! | [`json`] | JSON, drawn, and its words as they are written |

pub mod again;
pub mod drawn;
pub mod env;
pub mod exact;
pub mod ground;
pub mod json;
pub mod known_hosts;
pub mod lines;
pub mod mutated;
pub mod overview;
pub mod panel_stat;
pub mod pem;
pub mod query;
pub mod record;
pub mod report;
pub mod series;
pub mod settings;
pub mod size;
pub mod space;

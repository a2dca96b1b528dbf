//! The operator's commands, driven through the built program with no variable but those that are given.

#[path = "commands/again.rs"]
mod again;
#[path = "commands/booked.rs"]
mod booked;
#[path = "commands/closed.rs"]
mod closed;
#[path = "common/mod.rs"]
mod common;
#[path = "commands/describe.rs"]
mod describe;
#[path = "commands/exported.rs"]
mod exported;
#[path = "commands/pages.rs"]
mod pages;
#[path = "commands/place.rs"]
mod place;
#[path = "system/program.rs"]
mod program;
#[path = "commands/recipe.rs"]
mod recipe;
#[path = "commands/replayed.rs"]
mod replayed;
#[path = "commands/settings.rs"]
mod settings;
#[path = "replay/site.rs"]
mod site;
#[path = "commands/stocked.rs"]
mod stocked;
#[path = "commands/stored.rs"]
mod stored;
#[path = "commands/token.rs"]
mod token;
#[path = "commands/trust.rs"]
mod trust;
#[path = "commands/used.rs"]
mod used;
#[path = "system/wait.rs"]
mod wait;

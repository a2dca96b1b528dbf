//! The scope of a project: a session that sees one project, and not the whole system.

use serde_json::json;

use crate::{
    panel::{error::PanelError, login::Credentials, request::Request},
    web::http::Http,
};

/// Where the projects are.
pub const PATH: &str = "/api/v2/accounts/projects";

/// The session in the scope of a project, found by id or by name.
///
/// # Errors
/// When the panel does not list it, or gives no token for it.
pub async fn enter(
    http: &Http,
    project: &str,
    session: Credentials,
) -> Result<Credentials, PanelError> {
    let response = Request::get(http, PATH).send(&session).await?;
    let session = session.renewed(&response).unwrap_or(session);
    let list = http.json(PATH, response).await?;
    let id = list
        .get("data")
        .unwrap_or(&list)
        .as_array()
        .and_then(|projects| {
            projects
                .iter()
                .find(|entry| entry["id"] == project || entry["name"] == project)
        })
        .and_then(|entry| entry["id"].as_str())
        .filter(|id| id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
        .ok_or_else(|| {
            http.shape(PATH, format!("it lists no project {project}: set project in [cluster.panel] to one of the user's, or leave it out"))
        })?;
    let path = format!("{PATH}/{id}/auth");
    let response = Request::post(http, &path, &json!({}))
        .send(&session)
        .await?;
    let session = session.renewed(&response).unwrap_or(session);
    let mut body = http.json(&path, response).await?;
    let shape = |why: &str| http.shape(&path, why.to_owned()).into();
    session
        .scoped(&mut body)
        .ok_or_else(|| shape("it holds no token for the project"))
}

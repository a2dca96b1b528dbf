//! The HTTP side's part of the settings.

use crate::{
    api::token::{NoTokenHash, NoTokenName, Token, TokenHash, TokenName},
    chain::chain,
    config::{error::Problem, file::File, variables::Variables, words::Credentials},
    secret::Secret,
};

/// The place of the token that is given as a word, as an error names it.
const TOKEN: &str = "API_BEARER_TOKEN, or token_file in [api]";

/// There is no service without a token.
pub fn no_token() -> Problem {
    let why = "no API token is set, and the service does not start without one: `vhi-usage token new NAME` makes one";
    Problem::new(format!("{TOKEN}, or [[api.tokens]]"), why)
}

/// Every token that is set.
pub fn tokens(
    file: &File,
    variables: &Variables,
    credentials: &Credentials,
    problems: &mut Vec<Problem>,
) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    match word(file, variables, credentials) {
        Ok(word) => tokens.extend(word.map(|word| Token {
            name: TokenName::of_the_word(),
            hash: TokenHash::of(word.reveal().as_bytes()),
        })),
        Err(problem) => problems.push(problem),
    }
    let mut names: Vec<TokenName> = tokens.iter().map(|token| token.name.clone()).collect();
    for (index, token) in file.api.tokens.iter().enumerate() {
        let mut wrong = |key: &str, why: String| {
            let path = format!("api.tokens[{index}].{key}");
            problems.extend(file.written.problem(variables, "", &path, why));
        };
        let name = token.name.as_deref().unwrap_or_default().parse();
        let name = name.map_err(|error: NoTokenName| wrong("name", error.to_string()));
        if let Ok(name) = &name {
            if names.contains(name) {
                wrong(
                    "name",
                    format!("another token is named {name}, too: give each a name of its own"),
                );
            }
            names.push(name.clone());
        }
        let hash = token.sha256.as_deref().unwrap_or_default().parse();
        let hash = hash.map_err(|error: NoTokenHash| wrong("sha256", error.to_string()));
        tokens.extend(
            name.ok()
                .zip(hash.ok())
                .map(|(name, hash)| Token { name, hash }),
        );
    }
    tokens
}

/// The token that is given as a word, if it is.
fn word(
    file: &File,
    variables: &Variables,
    credentials: &Credentials,
) -> Result<Option<Secret>, Problem> {
    if let Some(word) = variables.get("API_BEARER_TOKEN") {
        return Ok(Secret::new(word));
    }
    let credential = || credentials.file(None, "api-token");
    match file.api.token_file.clone().or_else(credential) {
        None => Ok(None),
        Some(path) => match Secret::from_file(&path) {
            Ok(token) => Ok(Some(token)),
            Err(error) => {
                let (variable, key) = ("API_BEARER_TOKEN", "api.token_file");
                let place = file.written.place(variables, variable, key, None);
                Err(Problem::new(place, chain(&error)))
            }
        },
    }
}

//! The API tokens of the settings: the one that is given as a word, and those of `[[api.tokens]]`.

use crate::{
    api::{
        expiry::NoExpiry,
        scope::{NoScope, Scope},
        token::{NoTokenHash, NoTokenName, Token, TokenName},
    },
    chain::chain,
    config::{
        error::Problem, file::File, tables::TokenFile, variables::Variables, words::Credentials,
    },
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
        Ok(word) => tokens.extend(word.map(|word| Token::of_the_word(word.reveal().as_bytes()))),
        Err(problem) => problems.push(problem),
    }
    let mut names: Vec<TokenName> = tokens.iter().map(|token| token.name.clone()).collect();
    for (index, written) in file.api.tokens.iter().enumerate() {
        let mut wrong = |key: &str, why: String| {
            let path = format!("api.tokens[{index}].{key}");
            problems.extend(file.written.problem(variables, "", &path, why));
        };
        let Some(token) = token(written, &mut wrong) else {
            continue;
        };
        let twin = tokens
            .iter()
            .find(|it| bool::from(it.hash.same(&token.hash)));
        if names.contains(&token.name) {
            wrong(
                "name",
                format!(
                    "another token is named {}, too: give each a name of its own",
                    token.name
                ),
            );
        } else if let Some(twin) = twin {
            wrong(
                "sha256",
                format!(
                    "the token {} has the same word: make one for each with `vhi-usage token new NAME`",
                    twin.name
                ),
            );
        }
        names.push(token.name.clone());
        tokens.push(token);
    }
    tokens
}

/// A token of the file; `None` where something of it is wrong, all of which is told.
fn token(written: &TokenFile, wrong: &mut impl FnMut(&str, String)) -> Option<Token> {
    let name = written.name.as_deref().unwrap_or_default().parse();
    let name = name.map_err(|error: NoTokenName| wrong("name", error.to_string()));
    let hash = written.sha256.as_deref().unwrap_or_default().parse();
    let hash = hash.map_err(|error: NoTokenHash| wrong("sha256", error.to_string()));
    let scopes = match &written.scopes {
        None => Ok(vec![Scope::Usage]),
        Some(words) => scopes(words).map_err(|why| wrong("scopes", why)),
    };
    let expires = written.expires.as_deref().map(str::parse).transpose();
    let expires = expires.map_err(|error: NoExpiry| wrong("expires", error.to_string()));
    Some(Token {
        name: name.ok()?,
        hash: hash.ok()?,
        scopes: scopes.ok()?,
        expires: expires.ok()?,
    })
}

fn scopes(words: &[String]) -> Result<Vec<Scope>, String> {
    if words.is_empty() {
        return Err("a token without a scope opens nothing: name usage, ops, billing or several, or leave the key out for usage".to_owned());
    }
    let scopes = words.iter().map(|word| word.parse());
    scopes
        .collect::<Result<_, NoScope>>()
        .map_err(|error| error.to_string())
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

//! What the other components ask of the one that hashes passwords: `POST /hash` and `POST /verify`, as JSON with errors
//! as problem details (RFC 9457). No address from outside leads here.

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body::Body;
use rollcall_core::{excerpt, opaque_string};
use rollcall_password::{HashError, NewSalt, Verdict};
use rollcall_service::Random;
use serde_json::{Value as Json, json};

use crate::body::media_type;
use crate::object::{self, required};
use crate::problem::Problem;
use crate::respond::{self, FullResponse};

/// The largest request body, in bytes: a password, and a hash.
const MAX_BODY: usize = 64 * 1024;

/// Answers a request.
///
/// - `POST /hash {"password"}` → `{"hash"}`, a PHC string.
/// - `POST /verify {"password", "hash"}` → `{"matches", "rehash"}`, where `rehash` is a new hash to keep instead, if the
///   password matches one that was made in another way than today's.
///
/// Passwords are compared in the form of [`opaque_string`], which one that matches anything has.
pub async fn handle<B: Body<Data = Bytes>>(
    random: &impl Random,
    request: Request<B>,
) -> FullResponse {
    let (parts, body) = request.into_parts();
    answer(random, &Request::from_parts(parts, ()), body)
        .await
        .map_or_else(Problem::into_response, |answer| {
            respond::json(StatusCode::OK, "application/json", &answer)
        })
}

async fn answer<B: Body<Data = Bytes>>(
    random: &impl Random,
    head: &Request<()>,
    body: B,
) -> Result<Json, Problem> {
    match (head.uri().path(), head.method()) {
        ("/hash", &Method::POST) => {
            check_media_type(head.headers())?;
            let body = object::read(body, MAX_BODY, &["password"]).await?;
            hash(random, required(&body, "password")?)
        }
        ("/verify", &Method::POST) => {
            check_media_type(head.headers())?;
            let body = object::read(body, MAX_BODY, &["password", "hash"]).await?;
            verify(
                random,
                required(&body, "password")?,
                required(&body, "hash")?,
            )
        }
        ("/hash" | "/verify", _) => Err(Problem::method("POST")),
        (other, _) => Err(Problem::not_found(format!(
            "there is nothing at `{}`: ask /hash or /verify",
            excerpt(other)
        ))),
    }
}

fn hash(random: &impl Random, password: &str) -> Result<Json, Problem> {
    let password = opaque_string(password).map_err(|error| Problem::invalid(error.detail))?;
    Ok(json!({ "hash": rollcall_password::hash(&password, &salt(random))? }))
}

fn verify(random: &impl Random, password: &str, hash: &str) -> Result<Json, Problem> {
    // What is no password was never hashed.
    let Ok(password) = opaque_string(password) else {
        return Ok(json!({ "matches": false, "rehash": null }));
    };
    let verdict = rollcall_password::verify(&password, hash)?;
    let rehash = match verdict {
        Verdict::RightButOutdated => Some(rollcall_password::hash(&password, &salt(random))?),
        Verdict::Right | Verdict::Wrong => None,
    };
    Ok(json!({ "matches": verdict != Verdict::Wrong, "rehash": rehash }))
}

fn salt(random: &impl Random) -> NewSalt {
    let mut salt = NewSalt::default();
    random.fill(&mut salt);
    salt
}

fn check_media_type(headers: &HeaderMap) -> Result<(), Problem> {
    match media_type(headers) {
        Some(sent) if !sent.eq_ignore_ascii_case("application/json") => Err(Problem::media_type(
            format!("the body is `{}`: send application/json", excerpt(sent)),
        )),
        _ => Ok(()),
    }
}

impl From<HashError> for Problem {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Unsupported => Self::invalid(error.to_string()),
            HashError::OutOfMemory => {
                eprintln!("{error}");
                Self::unavailable(error.to_string())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use http::header::CONTENT_TYPE;
    use http_body_util::{BodyExt, Full};
    use pollster::block_on;

    use super::*;

    /// Always the same bytes.
    struct Fixed;

    impl Random for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    fn ask(method: &str, path: &str, content_type: Option<&str>, body: &str) -> (u16, Json) {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(content_type) = content_type {
            request = request.header(CONTENT_TYPE, content_type);
        }
        let request = request
            .body(Full::new(Bytes::from(body.to_owned())))
            .unwrap();
        let response = block_on(handle(&Fixed, request));
        let (parts, body) = response.into_parts();
        let expected = match parts.status {
            StatusCode::OK => "application/json",
            _ => "application/problem+json",
        };
        assert_eq!(parts.headers[CONTENT_TYPE], expected);
        let body = block_on(body.collect()).unwrap().to_bytes();
        (
            parts.status.as_u16(),
            serde_json::from_slice(&body).unwrap(),
        )
    }

    fn post(path: &str, body: Json) -> (u16, Json) {
        ask(
            "POST",
            path,
            Some("application/json; charset=utf-8"),
            &body.to_string(),
        )
    }

    #[track_caller]
    fn check_problem((status, body): (u16, Json), expected: u16, detail: &str) {
        assert_eq!(
            (status, &body["status"]),
            (expected, &json!(expected)),
            "{body}"
        );
        let said = body["detail"].as_str().unwrap();
        assert!(said.contains(detail), "{said}");
    }

    #[test]
    fn a_password_matches_its_hash_however_it_is_typed() {
        let (status, answer) = post("/hash", json!({"password": "Zoe\u{308}\u{A0}1"}));
        assert_eq!(status, 200);
        let hash = answer["hash"].as_str().unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        for (password, matches) in [
            ("Zoë 1", true),
            ("Zoe\u{308} 1", true),
            ("zoë 1", false),
            ("", false),
            ("Zoë 1\n", false),
        ] {
            let answer = post("/verify", json!({"password": password, "hash": hash}));
            assert_eq!(
                answer,
                (200, json!({"matches": matches, "rehash": null})),
                "{password:?}"
            );
        }
    }

    #[test]
    fn a_hash_with_other_parameters_is_replaced_when_the_password_matches() {
        let old =
            "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
        let (_, answer) = post("/verify", json!({"password": "password", "hash": old}));
        assert_eq!(answer["matches"], true);
        let new = answer["rehash"].as_str().unwrap();
        let answer = post("/verify", json!({"password": "password", "hash": new}));
        assert_eq!(answer, (200, json!({"matches": true, "rehash": null})));
        let answer = post("/verify", json!({"password": "passwort", "hash": old}));
        assert_eq!(answer, (200, json!({"matches": false, "rehash": null})));
    }

    #[test]
    fn err_what_is_no_request() {
        check_problem(post("/", json!({})), 404, "ask /hash or /verify");
        check_problem(post("/hash/x", json!({})), 404, "`/hash/x`");
        check_problem(ask("GET", "/hash", None, ""), 405, "POST");
        let form = ask(
            "POST",
            "/hash",
            Some("application/x-www-form-urlencoded"),
            "password=x",
        );
        check_problem(
            form,
            415,
            "`application/x-www-form-urlencoded`: send application/json",
        );
        check_problem(ask("POST", "/verify", None, "{"), 400, "JSON");
        check_problem(
            post("/hash", json!({"password": 1})),
            400,
            "`password` is missing, or no string",
        );
        check_problem(
            post("/hash", json!({"password": "x", "salt": "y"})),
            400,
            "`salt` is not known",
        );
        check_problem(
            post("/verify", json!({"password": "x"})),
            400,
            "`hash` is missing",
        );
        let large = post("/hash", json!({"password": "x".repeat(MAX_BODY)}));
        check_problem(large, 413, "larger than 65536 bytes");
    }

    #[test]
    fn err_what_is_no_password_and_no_hash() {
        check_problem(
            post("/hash", json!({"password": ""})),
            400,
            "the password is empty",
        );
        check_problem(post("/hash", json!({"password": "a\tb"})), 400, "a control");
        let hash = "$argon2id$v=19$m=1048576,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
        check_problem(
            post("/verify", json!({"password": "x", "hash": hash})),
            400,
            "more than 65536 KiB",
        );
        check_problem(
            post("/verify", json!({"password": "x", "hash": "x"})),
            400,
            "PHC format",
        );
    }
}

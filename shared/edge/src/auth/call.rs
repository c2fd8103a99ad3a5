//! What every request of a client to the authorization server goes through: a form, sent with POST.
//!
//! [RFC 6749 §3.2](https://www.rfc-editor.org/rfc/rfc6749#section-3.2)

use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderName};
use http::{Method, Request};
use http_body::Body;
use rollcall_oauth::client::Presented;
use rollcall_oauth::{ErrorCode, Form, MAX_FORM_BYTES, OAuthError};
use rollcall_service::auth::{Issuer, master_keys, note_refusal};
use rollcall_service::limits::Client;
use rollcall_service::{Ctx, Database};

use super::address;
use super::refusal::Refusal;
use crate::body::{self, BodyError};
use crate::limit::Login;
use crate::respond::FullResponse;

const FORM_TYPE: &str = "application/x-www-form-urlencoded";

/// A request whose address, headers and form have been read. Nothing of it has been checked.
pub(super) struct Call<'r> {
    /// The method, the address and the headers.
    pub head: &'r Request<()>,
    /// Whose endpoint it is.
    pub issuer: Issuer,
    /// The form.
    pub form: Form,
    presented: Result<Presented, OAuthError>,
}

impl Call<'_> {
    /// Who the client says it is, and how it would prove it.
    ///
    /// # Errors
    /// `invalid_client`, `invalid_request`.
    pub fn presented(&self) -> Result<&Presented, OAuthError> {
        self.presented.as_ref().map_err(Clone::clone)
    }

    /// The values of all header fields of this name, for a proof of possession. What is no text is no proof either.
    pub fn fields(&self, name: &HeaderName) -> Vec<&str> {
        let values = self.head.headers().get_all(name).iter();
        values
            .map(|value| value.to_str().unwrap_or_default())
            .collect()
    }
}

/// Reads address, method and form, sees that there are not too many requests, has `answer` answer, and turns refusals into
/// responses. No cache keeps any of it.
pub(super) async fn handle<D: Database, B: Body<Data = Bytes>>(
    ctx: &Ctx<D>,
    head: &Request<()>,
    body: B,
    endpoint: &str,
    answer: impl AsyncFnOnce(&Call<'_>) -> Result<FullResponse, Refusal>,
) -> FullResponse {
    let issuer = match address::issuer(head, &ctx.config, endpoint) {
        Ok(issuer) => issuer,
        Err(error) => return Refusal::from(error).into_response(""),
    };
    let form = match form(ctx, head, body).await {
        Ok(form) => form,
        Err(refusal) => return refuse(ctx, &issuer, refusal),
    };
    let call = Call {
        presented: presented(head, &form),
        head,
        issuer,
        form,
    };
    let client = call.presented.as_ref().ok().map(client);
    // A name alone is no guess, and what cannot be read is none either.
    let is_guess = matches!(
        call.presented,
        Ok(Presented::Secret { .. } | Presented::Assertion { .. })
    );
    let login = Login::new(ctx, head, endpoint, &call.issuer.tenant, client);
    login
        .answer(
            ctx,
            answer(&call),
            |refusal| {
                let error = &refusal.error;
                is_guess && error.code == ErrorCode::InvalidClient && !error.is_proved
            },
            |refusal| refuse(ctx, &call.issuer, refusal),
        )
        .await
}

fn refuse<D: Database>(ctx: &Ctx<D>, issuer: &Issuer, refusal: Refusal) -> FullResponse {
    note_refusal(ctx, &issuer.tenant, &refusal.error);
    refusal.into_response(&issuer.url)
}

fn presented(head: &Request<()>, form: &Form) -> Result<Presented, OAuthError> {
    let mut values = head.headers().get_all(AUTHORIZATION).iter();
    let authorization = values.next();
    if values.next().is_some() {
        return Err(OAuthError::invalid_request(
            "there is more than one header field `Authorization`",
        ));
    }
    // What is no text is no credential either.
    let authorization = authorization.map(|value| value.to_str().unwrap_or_default());
    Presented::parse(authorization, form)
}

/// Whom the requests with these credentials count against.
fn client(presented: &Presented) -> Client<'_> {
    match presented {
        Presented::Secret {
            client_id, secret, ..
        } => Client::Secret {
            id: client_id,
            secret,
        },
        Presented::Assertion { client_id, .. } | Presented::Public { client_id } => {
            Client::Id(client_id)
        }
    }
}

async fn form<D: Database, B: Body<Data = Bytes>>(
    ctx: &Ctx<D>,
    head: &Request<()>,
    body: B,
) -> Result<Form, Refusal> {
    // > The client MUST use the HTTP "POST" method when making access token requests.
    if head.method() != Method::POST {
        return Err(Refusal::method("POST"));
    }
    master_keys(ctx)?;
    // > The parameters can only be transmitted in the request-body and MUST NOT be included in the request URI.
    if head.uri().query().is_some_and(|query| !query.is_empty()) {
        return Err(OAuthError::invalid_request(
            "parameters, and secrets above all, go into the body and not into the address",
        )
        .into());
    }
    let is_form = body::media_type(head.headers())
        .is_some_and(|media_type| media_type.eq_ignore_ascii_case(FORM_TYPE));
    if !is_form {
        return Err(OAuthError::invalid_request(format!(
            "header field `Content-Type` must be `{FORM_TYPE}`"
        ))
        .into());
    }
    let body = body::read_up_to(body, MAX_FORM_BYTES).await;
    let body = body.map_err(|error| match error {
        BodyError::TooLarge => OAuthError {
            status: 413,
            ..OAuthError::invalid_request(format!("the form is longer than {MAX_FORM_BYTES} bytes"))
        },
        BodyError::Broken => OAuthError::invalid_request("the body ended before its time"),
    })?;
    Ok(Form::parse(&body)?)
}

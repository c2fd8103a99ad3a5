//! What a [`Verifier`](crate::Verifier) does: signatures of access tokens and of proofs.

use rollcall_oauth::dpop::{NonceRule, ProofRequest, check, check_binding};
use rollcall_oauth::token::{AccessClaims, TokenError, may_be_jwt};
use rollcall_oauth::{OAuthError, Scheme};
use rollcall_store::{Database, TenantName};

use super::{Issuer, nonces, spend_proof, store_claims, verify_own};
use crate::ctx::Ctx;
use crate::ports::{Question, Verdict, VerifiedJwt};

/// Verifies an access token and the proof that came with it, and uses the proof up. Whether the token is live is not for
/// this to say.
pub async fn verify<D: Database>(ctx: &Ctx<D>, question: &Question) -> Verdict {
    let nonce = match &question.proof {
        Some(_) => nonces(ctx).ok(),
        None => None,
    };
    let nonce = nonce.map(|nonces| nonces.current(ctx.now().as_secs()));
    match verified(ctx, question).await {
        Ok(jwt) => Verdict {
            jwt,
            error: None,
            nonce,
        },
        Err(error) => Verdict {
            jwt: None,
            error: Some(error),
            nonce,
        },
    }
}

async fn verified<D: Database>(
    ctx: &Ctx<D>,
    question: &Question,
) -> Result<Option<VerifiedJwt>, OAuthError> {
    // Where the authorization server is off, nothing was issued.
    if ctx.config.master_key.is_none() {
        return Err(TokenError::NotOurs.into());
    }
    let tenant = TenantName::parse(&question.tenant);
    let issuer = Issuer {
        tenant: tenant.ok_or_else(OAuthError::internal)?,
        url: question.issuer.clone(),
    };
    let token = question.token.as_str();
    let claims = if may_be_jwt(token) {
        let claims = verify_own(ctx, &issuer, token).await.map_err(at_resource)?;
        Some(jwt(claims?)?)
    } else {
        None
    };
    let jkt = match &claims {
        Some(jwt) => jwt.jkt.as_deref(),
        None => question.jkt.as_deref(),
    };
    let Some(sent) = &question.proof else {
        check_binding(jkt, Scheme::Bearer, None)?;
        return Ok(claims);
    };
    let fields: Vec<_> = sent.fields.iter().map(String::as_str).collect();
    let request = ProofRequest {
        method: &sent.method,
        url: &sent.url,
        now_secs: ctx.now().as_secs(),
        access_token: Some(token),
        nonces: NonceRule::Required(&nonces(ctx)?),
    };
    let proof = check(&fields, &request).map_err(OAuthError::at_resource)?;
    check_binding(jkt, Scheme::Dpop, proof.as_ref())?;
    if let Some(proof) = &proof {
        let spent = spend_proof(ctx, &issuer, proof).await;
        spent.map_err(OAuthError::at_resource)?;
    }
    Ok(claims)
}

fn jwt(claims: AccessClaims) -> Result<VerifiedJwt, TokenError> {
    Ok(VerifiedJwt {
        claims: store_claims(&claims).ok_or(TokenError::NotOurs)?,
        scope: claims.scope,
        audience: claims.aud.0,
        jkt: claims.cnf.map(|cnf| cnf.jkt),
    })
}

/// A tenant that does not exist has issued no tokens.
fn at_resource(error: OAuthError) -> OAuthError {
    if error.status == 404 {
        TokenError::NotOurs.into()
    } else {
        error
    }
}

//! What clients, trusted issuers and forgers sign. None of it uses the service's own code.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use ed25519_dalek::ed25519::signature::Signer;
use hmac::{Hmac, KeyInit, Mac};
use p256::ecdsa::signature::Verifier;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::world::now_secs;

/// An Ed25519 key.
pub struct Key(SigningKey);

impl Key {
    pub fn new(seed: u8) -> Self {
        Self(SigningKey::from_bytes(&[seed; 32]))
    }

    /// The public key.
    pub fn jwk(&self) -> Json {
        let x = URL_SAFE_NO_PAD.encode(self.0.verifying_key().to_bytes());
        json!({"kty": "OKP", "crv": "Ed25519", "x": x})
    }

    /// A set of this key alone.
    pub fn jwks(&self) -> Json {
        json!({"keys": [self.jwk()]})
    }

    /// RFC 7638 §3.
    pub fn thumbprint(&self) -> String {
        let x = &self.jwk()["x"];
        let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":{x}}}"#);
        URL_SAFE_NO_PAD.encode(Sha256::digest(members))
    }

    pub fn sign(&self, header: &Json, claims: &Json) -> String {
        let input = signing_input(header, claims);
        let signature = self.0.sign(input.as_bytes()).to_bytes();
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// A proof of possession (RFC 9449 §4.2) with these claims beside those that every proof has. One that is null is left
    /// out.
    pub fn proof(&self, method: &str, url: &str, more: &[(&str, Json)]) -> String {
        let header = json!({"typ": "dpop+jwt", "alg": "EdDSA", "jwk": self.jwk()});
        let claims = json!({"jti": random(), "htm": method, "htu": url, "iat": now_secs()});
        let claims = more.iter().fold(claims, |claims, (name, value)| {
            crate::world::with(claims, name, value.clone())
        });
        self.sign(&header, &claims)
    }
}

/// What nobody has said before.
#[expect(
    clippy::disallowed_methods,
    reason = "the service remembers what it was sent once"
)]
pub fn random() -> String {
    Uuid::new_v4().simple().to_string()
}

fn signing_input(header: &Json, claims: &Json) -> String {
    [header, claims]
        .map(|part| URL_SAFE_NO_PAD.encode(part.to_string()))
        .join(".")
}

/// A JWT with whatever signature.
pub fn with_signature(header: &Json, claims: &Json, signature: &[u8]) -> String {
    let input = signing_input(header, claims);
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// A JWT with an HMAC under this secret.
pub fn with_hmac(header: &Json, claims: &Json, secret: &[u8]) -> String {
    let input = signing_input(header, claims);
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    mac.update(input.as_bytes());
    format!(
        "{input}.{}",
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    )
}

/// `ath` (RFC 9449 §4.2).
pub fn ath(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token))
}

/// Whether one of the published keys has signed a JWT, by the curves' own libraries.
pub fn verifies(jwks: &Json, jwt: &str) -> bool {
    let kid = &crate::world::part(jwt, 0)["kid"];
    let keys = jwks["keys"].as_array().unwrap();
    let Some(key) = keys.iter().find(|key| key["kid"] == *kid) else {
        return false;
    };
    let (input, signature) = jwt.rsplit_once('.').unwrap();
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let member = |name: &str| bytes(key[name].as_str().unwrap());
    let signature = bytes(signature);
    if key["kty"] == "OKP" {
        let x: [u8; 32] = member("x").try_into().unwrap();
        let key = ed25519_dalek::VerifyingKey::from_bytes(&x).unwrap();
        let signature = ed25519_dalek::Signature::from_slice(&signature).unwrap();
        key.verify_strict(input.as_bytes(), &signature).is_ok()
    } else {
        let point = [&[4][..], &member("x"), &member("y")].concat();
        let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&point).unwrap();
        let signature = p256::ecdsa::Signature::from_slice(&signature).unwrap();
        key.verify(input.as_bytes(), &signature).is_ok()
    }
}

//! The authorization server and the tokens that it gives out, through the components, over HTTP. The numbers are those of
//! the list of attack cases:
//!
//! | case | where |
//! |---|---|
//! | 12 refresh | `refresh` |
//! | 13 scope and resource | `grants`, `exchange` |
//! | 14 client authentication | `client_authentication` |
//! | 15 `private_key_jwt` | `assertions` |
//! | 16 forms, methods, grants | `grants` |
//! | 17 caches | `grants`, `documents`, and each refusal anywhere |
//! | 19 forged and foreign JWTs | `jwt` |
//! | 20 addresses that others choose | `ssrf` |
//! | 21 rotation | `keys` |
//! | 22 clocks | `jwt`, `assertions`, `dpop`, `trusted` |
//! | 23 DPoP | `dpop`, `resource` |
//! | 24 introspection | `introspect` |
//! | 25 revocation, and the end of people | `revoke`, `ended` |
//! | 26 the resource | `resource` |
//! | 27 no secret in the change log | `log` |
//!
//! Nothing gives out refresh tokens yet, so that those of `refresh` are made in the store.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper of the tests ends the test"
)]

mod assertions;
mod client_authentication;
mod delegates;
mod documents;
mod dpop;
mod ended;
mod exchange;
mod grants;
mod introspect;
mod jwt;
mod keys;
mod log;
mod publisher;
mod recent;
mod refresh;
mod resource;
mod revoke;
mod signer;
mod ssrf;
mod trusted;
mod trusted_rsa;
mod world;

//! What a token request costs without a network: `cargo test -p rollcall-edge --test auth -- --ignored --nocapture`.

use std::time::Instant;

use pollster::block_on;
use rollcall_service::auth::tend;
use rollcall_store::TenantChange;
use rollcall_store::auth::{SigningAlgorithm, TokenFormat};

use crate::world::{World, machine};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");
const REQUESTS: u32 = 2000;

#[expect(
    clippy::disallowed_methods,
    reason = "it measures how long something takes"
)]
fn now() -> Instant {
    Instant::now()
}

#[test]
#[ignore = "it measures, and says how long it took"]
fn a_token_request() {
    for (algorithm, format) in [
        (SigningAlgorithm::EdDsa, TokenFormat::Jwt),
        (SigningAlgorithm::Es256, TokenFormat::Jwt),
        (SigningAlgorithm::EdDsa, TokenFormat::Opaque),
    ] {
        let world = World::new();
        world.configure(&TenantChange {
            signing_algorithm: Some(algorithm),
            ..TenantChange::default()
        });
        world.client_of("c", &machine(), format);
        world.access_token("c", &[]);
        block_on(tend(&world.ctx));
        let start = now();
        for _ in 0..REQUESTS {
            assert_eq!(world.token_as("c", &[GRANT]).status, 200);
        }
        let issuing = start.elapsed() / REQUESTS;
        let start = now();
        block_on(tend(&world.ctx));
        let logging = start.elapsed() / REQUESTS;
        println!(
            "{algorithm:?} {format:?}: {issuing:?} a request, {logging:?} for its entry afterwards"
        );
    }
}

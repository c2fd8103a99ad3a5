//! Trusted issuers that sign with RSA, as large identity providers do (RFC 7518 §3.3).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value as Json, json};

use crate::publisher::Reply;
use crate::signer::{with_hmac, with_signature};
use crate::trusted::{ISSUER, Trusting};
use crate::world::{issued, with};

/// The modulus of the key of RFC 7515 appendix A.2, where its private half is, too.
const N: &str = "\
    ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-\
    pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2Ca\
    pHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb5\
    4h4FRWyuXpoQ";

/// What that key makes of [`header`] and [`claims`].
const SIGNATURE: &str = "\
    ci_Rr0xxk9rK3lD_O_-69J5F7uAJscjcbC-C9tqm4qwe0tfIXi0UWgpFw3CY2HoReIOc1VQiaNyQk7fImUTssIE-XHmvbcgOHls5qStWHO6OcV\
    VopO2ZA4CA4M0VVnjLBYMsMZD_xsj23qFpyyRFHI_NwTsRxWkmzpUusprB1lKg0OGUxFxyKAgzMS1SHmsTqmpNkB0204X27HLvBzvqOZhKcMBe\
    wYUntZI_hJSbkQROk0ssAtn-QhcHRdUQqOwyRr_-XWWaRjDr--VEV2-smgbh9_xBBqFm24f5_Ch3-BUB14VqjYV5aOiA8Zse63q9T6PO9OD6pW\
    DnB0kSRe52XA";

fn header() -> Json {
    json!({"alg": "RS256", "kid": "rsa", "typ": "JWT"})
}

fn claims() -> Json {
    json!({
        "aud": "api://rollcall", "exp": 4_102_444_800_i64, "iat": 1_700_000_000, "iss": ISSUER, "sub": "ada",
    })
}

fn jwk() -> Json {
    json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "rsa", "n": N, "e": "AQAB"})
}

fn signature() -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(SIGNATURE).unwrap()
}

/// An issuer with that key beside another one, and a person `ada`.
fn trusting() -> Trusting {
    let trusting = Trusting::new();
    let keys = json!({"keys": [trusting.key.jwk(), jwk()]});
    trusting.publisher.set(Reply::keys(&keys));
    trusting
}

#[test]
fn ok_it_becomes_one_of_ours_for_the_same_person() {
    let trusting = trusting();
    let world = &trusting.world;
    let (person, client) = (world.person("ada"), world.machine());
    let token = with_signature(&header(), &claims(), &signature());
    let ours = issued(&trusting.present(&client, &token, &[]));
    assert_eq!(world.known_to(&client, &ours)["sub"], json!(person));
    let me = world.scim.with_token(Some(&ours)).get("/Me").expect(200);
    assert_eq!(me.id(), person);
    // The other key is good for its own algorithm, as before.
    issued(&trusting.exchange(&client, "ada", &[]));
}

/// Attack case 19: neither another algorithm nor other words under the same signature.
#[test]
fn err_anything_else_under_the_signature() {
    let trusting = trusting();
    let world = &trusting.world;
    let client = world.machine();
    world.person("ada");
    world.person("eve");
    let (good, signature) = (header(), signature());
    let mut other = signature.clone();
    other[128] ^= 1;
    let mut bad = vec![
        with_signature(&good, &with(claims(), "sub", json!("eve")), &signature),
        with_signature(&good, &claims(), &other),
        with_signature(&good, &claims(), &signature[1..]),
        with_signature(&good, &claims(), &[]),
        // What the key signed, by another name.
        with_signature(
            &with(good.clone(), "kid", json!("other")),
            &claims(),
            &signature,
        ),
    ];
    for alg in ["none", "PS256", "RS384", "ES256", "EdDSA"] {
        let header = with(good.clone(), "alg", json!(alg));
        bad.push(with_signature(&header, &claims(), &signature));
    }
    bad.push(trusting.key.sign(&good, &claims()));
    let hmac = with(good, "alg", json!("HS256"));
    for secret in [N.as_bytes(), jwk().to_string().as_bytes()] {
        bad.push(with_hmac(&hmac, &claims(), secret));
    }
    for token in bad {
        let answer = trusting.present(&client, &token, &[]);
        world.refused(answer, 400, "invalid_request");
    }
    let token = with_signature(&header(), &claims(), &signature);
    issued(&trusting.present(&client, &token, &[]));
}

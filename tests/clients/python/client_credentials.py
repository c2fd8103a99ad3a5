"""A service gets a token for itself (RFC 6749 §4.4), and proves who it is in every way that there is."""

import requests
from authlib.oauth2.rfc9068.claims import JWTAccessTokenClaims
from example import connect, connect_with_key, discover, given, ok, refused
from joserfc import jwk, jwt

issuer, api, clients = given["issuer"], given["api"], given["clients"]
server = discover()
endpoint = server["token_endpoint"]

# With a secret, in a header field or in the form.
basic = connect(clients["basic"])
token = basic.fetch_token(endpoint, grant_type="client_credentials", scope="scim:read")
assert token["token_type"] == "Bearer"
assert token["scope"] == "scim:read"
assert token["expires_in"] == 600
ok("client_secret_basic")

post = connect(clients["post"], "client_secret_post")
assert post.fetch_token(endpoint, grant_type="client_credentials")["access_token"]
ok("client_secret_post")

# With a key of its own. What it signs may be for the token endpoint or for the issuer. `Ed25519` is what RFC 9864 calls
# the `EdDSA` of RFC 8037.
for name, alg, kind in [
    ("eddsa", "EdDSA", jwk.OKPKey),
    ("eddsa", "Ed25519", jwk.OKPKey),
    ("es256", "ES256", jwk.ECKey),
]:
    key = kind.import_key(clients[name]["private_key"])
    for audience in [endpoint, issuer]:
        session = connect_with_key(clients[name], key, alg, audience)
        for _ in range(2):
            assert session.fetch_token(endpoint, grant_type="client_credentials")["access_token"]
    ok(f"private_key_jwt ({alg})")

# Who cannot prove anything gets nothing.
anyone = connect(clients["public"], "none")
refused(lambda: anyone.fetch_token(endpoint, grant_type="client_credentials"), "unauthorized_client")
ok("none: refused")

for what, client, method in [
    ("a wrong secret", {**clients["basic"], "client_secret": "wrong"}, "client_secret_basic"),
    ("another method", clients["basic"], "client_secret_post"),
    ("no client", {"client_id": "nobody", "client_secret": "wrong"}, "client_secret_basic"),
]:
    session = connect(client, method)
    refused(lambda: session.fetch_token(endpoint, grant_type="client_credentials"), "invalid_client")
    ok(f"{what}: refused")

# Not more than the client may have, and only for what it may reach (RFC 8707).
refused(
    lambda: basic.fetch_token(endpoint, grant_type="client_credentials", scope="scim:write"),
    "invalid_scope",
)
ok("scope: refused")
refused(
    lambda: basic.fetch_token(
        endpoint, grant_type="client_credentials", resource="https://other.example"
    ),
    "invalid_target",
)
ok("resource: refused")

# The API that the token is for checks it with the issuer's keys. The library's `JWTBearerTokenValidator` does that, too,
# but takes no EdDSA.
for_api = connect(clients["basic"]).fetch_token(
    endpoint, grant_type="client_credentials", resource=api
)
keys = jwk.KeySet.import_key_set(requests.get(server["jwks_uri"], timeout=10).json())
decoded = jwt.decode(for_api["access_token"], keys, algorithms=["EdDSA", "ES256"])
assert decoded.header["alg"] == given["algorithm"]
claims = JWTAccessTokenClaims(
    decoded.claims,
    decoded.header,
    {
        "iss": {"essential": True, "value": issuer},
        "aud": {"essential": True, "value": api},
        **{name: {"essential": True} for name in ["exp", "sub", "client_id", "iat", "jti"]},
    },
)
claims.validate()
assert claims["client_id"] == clients["basic"]["client_id"]
ok("an API verifies the token")

# The SCIM service takes it, too; of an opaque one nobody but the service can tell what it is.
opaque = connect(clients["opaque"])
opaque.fetch_token(endpoint, grant_type="client_credentials")
assert opaque.token["access_token"].startswith("rc_at_")
for kind, session in [("a JWT", basic), ("an opaque token", opaque)]:
    users = session.get(f"{issuer}/scim/v2/Users")
    assert users.status_code == 200, users.text
    assert users.json()["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:ListResponse"]
    created = session.post(f"{issuer}/scim/v2/Users", json={})
    assert created.status_code == 403, created.text
    ok(f"SCIM takes {kind}")

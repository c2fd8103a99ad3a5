"""Asking the service about a token (RFC 7662), which knows at once when a client or a person is gone."""

import requests
from example import connect, connect_with_key, discover, given, ok
from joserfc import jwk, jwt

issuer, clients = given["issuer"], given["clients"]
server = discover()
endpoint = server["introspection_endpoint"]

app, opaque = connect(clients["basic"]), connect(clients["opaque"])
for session in [app, opaque]:
    session.fetch_token(server["token_endpoint"], grant_type="client_credentials")
token = app.token["access_token"]

# Every way to authenticate is one here, too.
key = jwk.OKPKey.import_key(clients["eddsa"]["private_key"])
for method, session in [
    ("client_secret_basic", opaque),
    ("client_secret_post", connect(clients["post"], "client_secret_post")),
    ("private_key_jwt", connect_with_key(clients["eddsa"], key, "EdDSA", issuer)),
]:
    answer = session.introspect_token(endpoint, token, token_type_hint="access_token")
    assert answer.status_code == 200, answer.text
    known = answer.json()
    assert known["active"] is True
    assert known["client_id"] == known["sub"] == clients["basic"]["client_id"]
    assert known["token_type"] == "Bearer"
    assert known["iss"] == issuer
    ok(f"JSON ({method})")

known = app.introspect_token(endpoint, opaque.token["access_token"]).json()
assert known["active"] and known["client_id"] == clients["opaque"]["client_id"]
ok("an opaque token")

assert app.introspect_token(endpoint, "nonsense").json() == {"active": False}
ok("of what is no token nothing is said")

# As a JWT that the service has signed (RFC 9701): proof for an audit.
keys = jwk.KeySet.import_key_set(requests.get(server["jwks_uri"], timeout=10).json())
for asked, active in [(token, True), ("nonsense", False)]:
    answer = app.introspect_token(
        endpoint, asked, headers={"Accept": "application/token-introspection+jwt"}
    )
    assert answer.headers["Content-Type"] == "application/token-introspection+jwt"
    decoded = jwt.decode(answer.text, keys, algorithms=[given["algorithm"]])
    assert decoded.header["typ"] == "token-introspection+jwt"
    assert decoded.claims["iss"] == issuer
    assert decoded.claims["aud"] == clients["basic"]["client_id"]
    assert decoded.claims["token_introspection"]["active"] is active
    ok(f"a signed JWT ({active})")

answer = connect(clients["public"], "none").introspect_token(endpoint, token)
assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
ok("none: refused")

"""A client that registers itself (RFC 7591) with an initial access token, and looks after itself from then on (RFC 7592).

The library leaves the requests to us, and checks what comes back.
"""

from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7591 import ClientMetadataClaims
from example import connect, connect_with_key, discover, given, ok
from joserfc import jwk

server = discover()
endpoint = server["registration_endpoint"]
robot = {"client_name": "Robot", "grant_types": ["client_credentials"], "scope": "orders:read"}


def bearer(token):
    return OAuth2Session(token={"access_token": token, "token_type": "Bearer"})


def register(metadata):
    answer = bearer(given["initial_access_token"]).post(endpoint, json=metadata)
    assert answer.status_code == 201, answer.text
    client = answer.json()
    ClientMetadataClaims(client, {}).validate()
    assert client["client_name"] == "Robot"
    return client


for method in ["client_secret_basic", "client_secret_post"]:
    client = register({**robot, "token_endpoint_auth_method": method})
    token = connect(client, method).fetch_token(
        server["token_endpoint"], grant_type="client_credentials"
    )
    assert token["scope"] == "orders:read"
    ok(f"registration ({method})")

key = jwk.OKPKey.generate_key("Ed25519", {"kid": "mine"})
jwks = {"keys": [key.as_dict(private=False)]}
client = register({**robot, "token_endpoint_auth_method": "private_key_jwt", "jwks": jwks})
assert "client_secret" not in client
session = connect_with_key(client, key, "EdDSA", given["issuer"])
session.fetch_token(server["token_endpoint"], grant_type="client_credentials")
ok("registration (private_key_jwt)")

answer = bearer("wrong").post(endpoint, json=robot)
assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
ok("registration without an initial access token: refused")

answer = bearer(given["initial_access_token"]).post(endpoint, json={**robot, "grant_types": ["password"]})
assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata")
ok("registration of what is not supported: refused")

# The client's own address, with its own token.
mine, address = bearer(client["registration_access_token"]), client["registration_client_uri"]
read = mine.get(address).json()
assert read["client_id"] == client["client_id"]
assert read["jwks"] == jwks
ok("what is registered")

ours = ["registration_access_token", "registration_client_uri", "client_id_issued_at"]
change = {name: value for name, value in read.items() if name not in ours}
changed = mine.put(address, json={**change, "client_name": "Android"})
assert changed.status_code == 200, changed.text
assert mine.get(address).json()["client_name"] == "Android"
ok("a change")

assert session.introspect_token(server["introspection_endpoint"]).json()["active"]
assert mine.delete(address).status_code == 204
assert mine.get(address).status_code == 401
app = connect(given["clients"]["basic"])
known = app.introspect_token(server["introspection_endpoint"], session.token["access_token"])
assert known.json() == {"active": False}
ok("the end of it")

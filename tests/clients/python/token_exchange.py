"""Exchanging tokens (RFC 8693): for less, for a person whom a trusted issuer has signed in, and on behalf of them."""

import time

from example import connect, discover, given, ok, refused
from joserfc import jwk, jwt

issuer, api, backend, clients = (given[name] for name in ["issuer", "api", "backend", "clients"])
idp, person = given["identity_provider"], given["person"]
server = discover()
endpoint = server["token_endpoint"]

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
JWT = "urn:ietf:params:oauth:token-type:jwt"


def exchange(session, subject_token, subject_token_type, **more):
    return session.fetch_token(
        endpoint,
        grant_type=EXCHANGE,
        subject_token=subject_token,
        subject_token_type=subject_token_type,
        **more,
    )


def introspect(session, token):
    return session.introspect_token(server["introspection_endpoint"], token["access_token"]).json()


# An application hands on less than it has.
app = connect(clients["app"])
own = app.fetch_token(endpoint, grant_type="client_credentials", scope="orders:read orders:write")
less = exchange(app, own["access_token"], ACCESS_TOKEN, scope="orders:read")
assert less["issued_token_type"] == ACCESS_TOKEN
assert less["scope"] == introspect(app, less)["scope"] == "orders:read"
ok("a narrower token")

refused(
    lambda: exchange(app, less["access_token"], ACCESS_TOKEN, scope="orders:write"), "invalid_scope"
)
ok("a wider token: refused")

# Your identity provider has signed a person in; this is the token that it gave to the application.
idp_key = jwk.ECKey.import_key(idp["private_key"])


def sign_in(subject):
    now = int(time.time())
    claims = {"iss": idp["issuer"], "aud": idp["audience"], "sub": subject, "iat": now, "exp": now + 300}
    return jwt.encode({"alg": "ES256", "kid": idp_key.kid}, claims, idp_key)


for_me = exchange(app, sign_in(person["externalId"]), JWT, scope="scim:me:read")
me = app.get(f"{issuer}/scim/v2/Me").json()
assert me["userName"] == person["userName"]
known = introspect(app, for_me)
assert (known["sub"], known["username"]) == (me["id"], person["userName"])
ok("a person's token for that of a trusted issuer")

refused(lambda: exchange(app, sign_in("nobody"), JWT), "invalid_request")
ok("of someone who is not provisioned: refused")

# The application calls an API with it, and the API calls another one on behalf of the person.
for_api = exchange(app, sign_in(person["externalId"]), JWT, scope="orders:read", resource=api)
service = connect(clients["api"])
delegated = exchange(service, for_api["access_token"], ACCESS_TOKEN, resource=backend)
known = introspect(app, delegated)
assert known["sub"] == me["id"]
assert known["client_id"] == known["act"]["sub"] == clients["api"]["client_id"]
assert known["scope"] == "orders:read"
ok("delegation names who acts")

refused(
    lambda: exchange(connect(clients["basic"]), for_api["access_token"], ACCESS_TOKEN),
    "unauthorized_client",
)
ok("by a client that may not: refused")

# The person leaves: the directory says so, and everything ends.
live = [for_me, for_api, delegated]
assert all(introspect(app, token)["active"] for token in live)
directory = connect(clients["directory"])
directory.fetch_token(endpoint, grant_type="client_credentials")
leaves = directory.patch(
    f"{issuer}/scim/v2/Users/{me['id']}",
    json={
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "path": "active", "value": False}],
    },
    headers={"Content-Type": "application/scim+json"},
)
assert leaves.ok, leaves.text
assert [introspect(app, token) for token in live] == [{"active": False}] * 3
refused(lambda: exchange(app, sign_in(person["externalId"]), JWT), "invalid_request")
ok("it all ends with the person")

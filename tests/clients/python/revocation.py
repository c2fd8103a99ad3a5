"""Giving a token back (RFC 7009): it is dead at the next request."""

from example import connect, connect_with_key, discover, given, ok
from joserfc import jwk

issuer, clients = given["issuer"], given["clients"]
server = discover()


def fetch(session):
    return session.fetch_token(server["token_endpoint"], grant_type="client_credentials")["access_token"]


def is_active(session, token):
    return session.introspect_token(server["introspection_endpoint"], token).json()["active"]


key = jwk.ECKey.import_key(clients["es256"]["private_key"])
for method, session in [
    ("client_secret_basic", connect(clients["basic"])),
    ("client_secret_post", connect(clients["post"], "client_secret_post")),
    ("private_key_jwt", connect_with_key(clients["es256"], key, "ES256", issuer)),
    ("an opaque token", connect(clients["opaque"])),
]:
    another, token = fetch(session), fetch(session)
    assert is_active(session, token)
    assert session.get(f"{issuer}/scim/v2/Users").status_code == 200
    # A second time changes nothing.
    for _ in range(2):
        answer = session.revoke_token(server["revocation_endpoint"], token)
        assert answer.status_code == 200, answer.text
    assert not is_active(session, token)
    assert session.get(f"{issuer}/scim/v2/Users").status_code == 401
    assert is_active(session, another)
    ok(method)

basic, post = connect(clients["basic"]), connect(clients["post"], "client_secret_post")
token = fetch(basic)
for unknown in [token, "nonsense"]:
    assert post.revoke_token(server["revocation_endpoint"], unknown).status_code == 200
assert is_active(post, token)
ok("another client's token stays")

anyone = connect(clients["public"], "none")
assert anyone.revoke_token(server["revocation_endpoint"], token).status_code == 200
assert is_active(basic, token)
ok("none: another client's token stays")

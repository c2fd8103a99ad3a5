"""What an issuer says of itself: RFC 8414 and OpenID Connect Discovery."""

import requests
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from example import connect, discover, given, ok

issuer = given["issuer"]


class Metadata(AuthorizationServerMetadata):
    def validate_response_types_supported(self):
        # The standard requires the member, and the library that it is not empty, although there is nothing to name
        # where no person signs in.
        assert self["response_types_supported"] == [] or "authorization_endpoint" in self


metadata = Metadata(discover())
metadata.validate()
assert metadata["issuer"] == issuer
assert metadata.token_endpoint == f"{issuer}/oauth/token"
assert metadata.introspection_endpoint == f"{issuer}/oauth/introspect"
assert metadata.revocation_endpoint == f"{issuer}/oauth/revoke"
assert metadata.registration_endpoint == f"{issuer}/oauth/register"
assert "client_credentials" in metadata.grant_types_supported
assert "private_key_jwt" in metadata.token_endpoint_auth_methods_supported
ok("discovery (oauth2)")

openid = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=10)
assert openid.json() == metadata
ok("discovery (oidc)")

session = connect(given["clients"]["basic"], **metadata)
assert session.fetch_token(grant_type="client_credentials")["access_token"]
ok("a session that is set up with it")

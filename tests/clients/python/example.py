"""What these examples have in common."""

import json
import os

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oauth2.rfc8414 import get_well_known_url

# What the operator of the service has told us: the issuer, our clients and their secrets.
given = json.loads(os.environ["GIVEN"])


def ok(what):
    """Says what has worked."""
    print("ok", what, flush=True)


def discover(issuer=given["issuer"]):
    """Finds out where the endpoints are. That should be done once, when the application starts."""
    answer = requests.get(get_well_known_url(issuer, external=True), timeout=10)
    answer.raise_for_status()
    return answer.json()


def connect(client, method="client_secret_basic", **more):
    """A client that proves who it is with a secret; that has none with the method `none`."""
    return OAuth2Session(
        client["client_id"],
        client.get("client_secret"),
        token_endpoint_auth_method=method,
        revocation_endpoint_auth_method=method,
        **more,
    )


def connect_with_key(client, key, alg, audience):
    """A client that proves who it is with a key of its own."""
    session = OAuth2Session(
        client["client_id"],
        key,
        token_endpoint_auth_method="private_key_jwt",
        revocation_endpoint_auth_method="private_key_jwt",
    )
    session.register_client_auth_method(PrivateKeyJWT(audience, alg=alg))
    return session


def refused(call, error):
    """Demands that the service refuses, and why."""
    try:
        call()
    except OAuthError as refusal:
        assert refusal.error == error, refusal
    else:
        raise AssertionError(f"not refused with {error}")

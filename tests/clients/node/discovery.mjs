// What an issuer says of itself: RFC 8414 and OpenID Connect Discovery.

import assert from 'node:assert/strict';
import * as openid from 'openid-client';
import { given, ok } from './example.mjs';

const { issuer, clients } = given;
const { client_id, client_secret } = clients.basic;

for (const algorithm of ['oauth2', 'oidc']) {
  const config = await openid.discovery(
    new URL(issuer),
    client_id,
    {},
    openid.ClientSecretBasic(client_secret),
    { algorithm, execute: [openid.allowInsecureRequests] },
  );
  const server = config.serverMetadata();
  assert.equal(server.issuer, issuer);
  assert.equal(server.token_endpoint, `${issuer}/oauth/token`);
  assert.equal(server.introspection_endpoint, `${issuer}/oauth/introspect`);
  assert.equal(server.revocation_endpoint, `${issuer}/oauth/revoke`);
  assert.equal(server.registration_endpoint, `${issuer}/oauth/register`);
  assert.equal(server.jwks_uri, `${issuer}/oauth/jwks`);
  assert.ok(server.grant_types_supported.includes('client_credentials'));
  assert.ok(server.dpop_signing_alg_values_supported.includes('ES256'));
  const token = await openid.clientCredentialsGrant(config);
  assert.ok(token.access_token);
  ok(`discovery (${algorithm})`);
}

const nowhere = openid.discovery(new URL('/t/nobody', issuer), client_id, {}, openid.None(), {
  algorithm: 'oauth2',
  execute: [openid.allowInsecureRequests],
});
await assert.rejects(nowhere, { code: 'OAUTH_RESPONSE_IS_NOT_CONFORM' });
ok('no discovery of an issuer that is not there');

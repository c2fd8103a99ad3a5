// A client that registers itself (RFC 7591) with an initial access token, and looks after itself from then on (RFC 7592).

import assert from 'node:assert/strict';
import * as jose from 'jose';
import * as openid from 'openid-client';
import { given, ok } from './example.mjs';

const { issuer, initial_access_token: initialAccessToken } = given;
const options = { algorithm: 'oauth2', execute: [openid.allowInsecureRequests] };
const register = (metadata, authentication, initialAccessToken) =>
  openid.dynamicClientRegistration(new URL(issuer), metadata, authentication, {
    ...options,
    initialAccessToken,
  });

const robot = { client_name: 'Robot', grant_types: ['client_credentials'], scope: 'orders:read' };

for (const method of ['client_secret_basic', 'client_secret_post']) {
  const authentication =
    method === 'client_secret_basic' ? openid.ClientSecretBasic() : openid.ClientSecretPost();
  const metadata = { ...robot, token_endpoint_auth_method: method };
  const config = await register(metadata, authentication, initialAccessToken);
  const client = config.clientMetadata();
  assert.equal(client.client_name, 'Robot');
  assert.equal(client.client_secret_expires_at, 0);
  const token = await openid.clientCredentialsGrant(config);
  assert.equal(token.scope, 'orders:read');
  ok(`registration (${method})`);
}

const keys = await jose.generateKeyPair('ES256');
const jwks = { keys: [{ ...(await jose.exportJWK(keys.publicKey)), alg: 'ES256', kid: 'mine' }] };
const config = await register(
  { ...robot, token_endpoint_auth_method: 'private_key_jwt', jwks },
  openid.PrivateKeyJwt({ key: keys.privateKey, kid: 'mine' }),
  initialAccessToken,
);
const client = config.clientMetadata();
assert.equal(client.client_secret, undefined);
const token = await openid.clientCredentialsGrant(config);
ok('registration (private_key_jwt)');

for (const wrong of [undefined, 'wrong']) {
  await assert.rejects(register(robot, openid.ClientSecretBasic(), wrong), { status: 401 });
}
ok('registration without an initial access token: refused');

await assert.rejects(
  register({ ...robot, grant_types: ['password'] }, openid.ClientSecretBasic(), initialAccessToken),
  { status: 400, error: 'invalid_client_metadata' },
);
ok('registration of what is not supported: refused');

// The library leaves the rest to us: the client's own address, with its own token.
const manage = (method, body) =>
  openid.fetchProtectedResource(
    config,
    client.registration_access_token,
    new URL(client.registration_client_uri),
    method,
    body && JSON.stringify(body),
    new Headers(body && { 'content-type': 'application/json' }),
  );

const read = await (await manage('GET')).json();
assert.equal(read.client_id, client.client_id);
assert.deepEqual(read.jwks, jwks);
ok('what is registered');

const { registration_access_token, registration_client_uri, client_id_issued_at, ...mine } = read;
const changed = await (await manage('PUT', { ...mine, client_name: 'Android' })).json();
assert.equal(changed.client_name, 'Android');
assert.equal((await (await manage('GET')).json()).client_name, 'Android');
ok('a change');

assert.equal((await openid.tokenIntrospection(config, token.access_token)).active, true);
assert.equal((await manage('DELETE')).status, 204);
await assert.rejects(manage('GET'), { status: 401 });
await assert.rejects(openid.clientCredentialsGrant(config), { status: 401 });
ok('the end of it');

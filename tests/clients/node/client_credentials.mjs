// A service gets a token for itself (RFC 6749 §4.4), and proves who it is in every way that there is.

import assert from 'node:assert/strict';
import * as jose from 'jose';
import * as openid from 'openid-client';
import { connect, given, ok } from './example.mjs';

const { issuer, api, clients, algorithm } = given;

// With a secret, in a header field or in the form.
const basic = await connect(clients.basic, openid.ClientSecretBasic(clients.basic.client_secret));
const token = await openid.clientCredentialsGrant(basic, { scope: 'scim:read' });
assert.equal(token.token_type, 'bearer');
assert.equal(token.scope, 'scim:read');
assert.equal(token.expires_in, 600);
ok('client_secret_basic');

const post = await connect(clients.post, openid.ClientSecretPost(clients.post.client_secret));
assert.ok((await openid.clientCredentialsGrant(post)).access_token);
ok('client_secret_post');

// With a key of its own. The library writes `Ed25519` (RFC 9864) for what others call `EdDSA` (RFC 8037).
for (const [name, alg, client] of [
  ['Ed25519', 'Ed25519', clients.eddsa],
  ['EdDSA', 'EdDSA', clients.eddsa],
  ['ES256', 'ES256', clients.es256],
]) {
  const key = await jose.importJWK(client.private_key, alg);
  const authentication = openid.PrivateKeyJwt(key, {
    [openid.modifyAssertion](header) {
      header.alg = name;
    },
  });
  const config = await connect(client, authentication);
  for (let times = 0; times < 2; times += 1) {
    assert.ok((await openid.clientCredentialsGrant(config)).access_token);
  }
  ok(`private_key_jwt (${name})`);
}

// Who cannot prove anything gets nothing.
const anyone = await connect(clients.public, openid.None());
await assert.rejects(openid.clientCredentialsGrant(anyone), {
  status: 400,
  error: 'unauthorized_client',
});
ok('none: refused');

for (const [what, client, authentication] of [
  ['a wrong secret', clients.basic, openid.ClientSecretBasic('wrong')],
  ['another method', clients.basic, openid.ClientSecretPost(clients.basic.client_secret)],
  ['no client', { client_id: 'nobody' }, openid.ClientSecretBasic('wrong')],
]) {
  const config = await connect(client, authentication);
  await assert.rejects(openid.clientCredentialsGrant(config), (error) => {
    assert.ok(error instanceof openid.WWWAuthenticateChallengeError, error);
    assert.equal(error.status, 401);
    assert.deepEqual(error.cause.map((challenge) => challenge.scheme), ['basic']);
    return true;
  });
  ok(`${what}: refused`);
}

// Not more than the client may have, and only for what it may reach (RFC 8707).
await assert.rejects(openid.clientCredentialsGrant(basic, { scope: 'scim:write' }), {
  error: 'invalid_scope',
});
ok('scope: refused');
await assert.rejects(openid.clientCredentialsGrant(basic, { resource: 'https://other.example' }), {
  error: 'invalid_target',
});
ok('resource: refused');

// The API that the token is for checks it with the issuer's keys.
const forApi = await openid.clientCredentialsGrant(basic, { resource: api });
const keys = jose.createRemoteJWKSet(new URL(basic.serverMetadata().jwks_uri));
const { payload, protectedHeader } = await jose.jwtVerify(forApi.access_token, keys, {
  issuer,
  audience: api,
  typ: 'at+jwt',
  requiredClaims: ['exp', 'iat', 'jti', 'sub', 'client_id'],
});
assert.equal(protectedHeader.alg, algorithm);
assert.equal(payload.client_id, clients.basic.client_id);
assert.equal(payload.sub, clients.basic.client_id);
await assert.rejects(jose.jwtVerify(token.access_token, keys, { issuer, audience: api }));
ok('an API verifies the token');

// The SCIM service takes it, too; of an opaque one nobody but the service can tell what it is.
const opaque = await connect(clients.opaque, openid.ClientSecretBasic(clients.opaque.client_secret));
const { access_token } = await openid.clientCredentialsGrant(opaque);
assert.throws(() => jose.decodeJwt(access_token));
const users = new URL(`${issuer}/scim/v2/Users`);
for (const [kind, config, sent] of [
  ['a JWT', basic, token.access_token],
  ['an opaque token', opaque, access_token],
]) {
  const answer = await openid.fetchProtectedResource(config, sent, users, 'GET');
  assert.equal(answer.status, 200);
  const list = await answer.json();
  assert.deepEqual(list.schemas, ['urn:ietf:params:scim:api:messages:2.0:ListResponse']);
  await assert.rejects(openid.fetchProtectedResource(config, sent, users, 'POST', '{}'), (error) => {
    assert.equal(error.status, 403);
    assert.equal(error.cause[0].parameters.error, 'insufficient_scope');
    return true;
  });
  ok(`SCIM takes ${kind}`);
}

// Asking the service about a token (RFC 7662), which knows at once when a client or a person is gone.

import assert from 'node:assert/strict';
import * as jose from 'jose';
import * as openid from 'openid-client';
import { connect, given, ok } from './example.mjs';

const { issuer, algorithm, clients } = given;

const app = await connect(clients.basic, openid.ClientSecretBasic(clients.basic.client_secret));
const opaque = await connect(clients.opaque, openid.ClientSecretBasic(clients.opaque.client_secret));
const { access_token } = await openid.clientCredentialsGrant(app, { scope: 'scim:read' });

// Every way to authenticate is one here, too.
const key = await jose.importJWK(clients.es256.private_key, 'ES256');
for (const [method, client, authentication] of [
  ['client_secret_basic', clients.opaque, openid.ClientSecretBasic(clients.opaque.client_secret)],
  ['client_secret_post', clients.post, openid.ClientSecretPost(clients.post.client_secret)],
  ['private_key_jwt', clients.es256, openid.PrivateKeyJwt(key)],
]) {
  const api = await connect(client, authentication);
  const { exp, iat, jti, aud, ...known } = await openid.tokenIntrospection(api, access_token);
  assert.deepEqual(known, {
    active: true,
    client_id: clients.basic.client_id,
    sub: clients.basic.client_id,
    scope: 'scim:read',
    token_type: 'Bearer',
    iss: issuer,
  });
  assert.equal(exp, iat + 600);
  assert.ok(jti);
  assert.deepEqual([aud].flat(), [issuer]);
  ok(`JSON (${method})`);
}

const other = await openid.clientCredentialsGrant(opaque);
const known = await openid.tokenIntrospection(app, other.access_token);
assert.equal(known.active, true);
assert.equal(known.client_id, clients.opaque.client_id);
ok('an opaque token');

const { signature } = /(?<signature>[^.]+)$/.exec(access_token).groups;
const forged = access_token.replace(signature, signature.split('').reverse().join(''));
for (const token of ['nonsense', forged, 'rc_at_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA']) {
  assert.deepEqual(await openid.tokenIntrospection(app, token), { active: false });
}
ok('of what is no token nothing is said');

// As a JWT that the service has signed (RFC 9701): proof for an audit. The library verifies the signature.
const audited = await connect(
  clients.basic,
  openid.ClientSecretBasic(clients.basic.client_secret),
  { introspection_signed_response_alg: algorithm },
);
openid.enableNonRepudiationChecks(audited);
let contentType;
audited[openid.customFetch] = async (...request) => {
  const response = await fetch(...request);
  if (request[0].endsWith('/introspect')) contentType = response.headers.get('content-type');
  return response;
};
const signed = await openid.tokenIntrospection(audited, access_token);
assert.equal(contentType, 'application/token-introspection+jwt');
assert.equal(signed.active, true);
assert.equal(signed.client_id, clients.basic.client_id);
ok('a signed JWT');

assert.deepEqual(await openid.tokenIntrospection(audited, 'nonsense'), { active: false });
ok('a signed JWT of what is no token');

const anyone = await connect(clients.public, openid.None());
await assert.rejects(openid.tokenIntrospection(anyone, access_token), { status: 401 });
ok('none: refused');

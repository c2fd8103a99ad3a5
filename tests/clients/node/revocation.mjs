// Giving a token back (RFC 7009): it is dead at the next request.

import assert from 'node:assert/strict';
import * as jose from 'jose';
import * as openid from 'openid-client';
import { connect, given, ok } from './example.mjs';

const { issuer, clients } = given;
const users = new URL(`${issuer}/scim/v2/Users`);

const key = await jose.importJWK(clients.eddsa.private_key, 'Ed25519');
for (const [method, client, authentication] of [
  ['client_secret_basic', clients.basic, openid.ClientSecretBasic(clients.basic.client_secret)],
  ['client_secret_post', clients.post, openid.ClientSecretPost(clients.post.client_secret)],
  ['private_key_jwt', clients.eddsa, openid.PrivateKeyJwt(key)],
  ['an opaque token', clients.opaque, openid.ClientSecretBasic(clients.opaque.client_secret)],
]) {
  const config = await connect(client, authentication);
  const [token, another] = [
    await openid.clientCredentialsGrant(config),
    await openid.clientCredentialsGrant(config),
  ].map((answer) => answer.access_token);
  await openid.tokenRevocation(config, token);
  assert.deepEqual(await openid.tokenIntrospection(config, token), { active: false });
  await assert.rejects(openid.fetchProtectedResource(config, token, users, 'GET'), (error) => {
    assert.equal(error.status, 401);
    assert.equal(error.cause[0].parameters.error, 'invalid_token');
    return true;
  });
  assert.equal((await openid.tokenIntrospection(config, another)).active, true);
  // A second time changes nothing.
  await openid.tokenRevocation(config, token, { token_type_hint: 'access_token' });
  ok(method);
}

const basic = await connect(clients.basic, openid.ClientSecretBasic(clients.basic.client_secret));
const post = await connect(clients.post, openid.ClientSecretPost(clients.post.client_secret));
const { access_token } = await openid.clientCredentialsGrant(basic);
await openid.tokenRevocation(post, access_token);
await openid.tokenRevocation(post, 'nonsense');
assert.equal((await openid.tokenIntrospection(post, access_token)).active, true);
ok("another client's token stays");

const anyone = await connect(clients.public, openid.None());
await openid.tokenRevocation(anyone, access_token);
assert.equal((await openid.tokenIntrospection(basic, access_token)).active, true);
ok("none: another client's token stays");

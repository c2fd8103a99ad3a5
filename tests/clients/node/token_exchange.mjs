// Exchanging tokens (RFC 8693): for less, for a person whom a trusted issuer has signed in, and on behalf of them.

import assert from 'node:assert/strict';
import * as jose from 'jose';
import * as openid from 'openid-client';
import { connect, given, ok } from './example.mjs';

const { issuer, api, backend, clients, identity_provider: idp, person } = given;

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const JWT = 'urn:ietf:params:oauth:token-type:jwt';
const exchange = (config, subject_token, type, parameters, options) =>
  openid.genericGrantRequest(
    config,
    'urn:ietf:params:oauth:grant-type:token-exchange',
    { subject_token, subject_token_type: type, ...parameters },
    options,
  );

// An application hands on less than it has.
const app = await connect(clients.app, openid.ClientSecretBasic(clients.app.client_secret));
const own = await openid.clientCredentialsGrant(app, { scope: 'orders:read orders:write' });
const less = await exchange(app, own.access_token, ACCESS_TOKEN, { scope: 'orders:read' });
assert.equal(less.issued_token_type, ACCESS_TOKEN);
assert.equal(less.token_type, 'bearer');
assert.equal(less.scope, 'orders:read');
assert.equal((await openid.tokenIntrospection(app, less.access_token)).scope, 'orders:read');
ok('a narrower token');

await assert.rejects(exchange(app, less.access_token, ACCESS_TOKEN, { scope: 'orders:write' }), {
  error: 'invalid_scope',
});
ok('a wider token: refused');

// Your identity provider has signed a person in; this is the token that it gave to the application.
const idpKey = await jose.importJWK(idp.private_key, 'ES256');
const signIn = (subject) =>
  new jose.SignJWT({})
    .setProtectedHeader({ alg: 'ES256', kid: idp.private_key.kid })
    .setIssuer(idp.issuer)
    .setAudience(idp.audience)
    .setSubject(subject)
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(idpKey);

const forMe = await exchange(app, await signIn(person.externalId), JWT, { scope: 'scim:me:read' });
const me = await openid.fetchProtectedResource(
  app, forMe.access_token, new URL(`${issuer}/scim/v2/Me`), 'GET',
);
const { userName, id } = await me.json();
assert.equal(userName, person.userName);
const known = await openid.tokenIntrospection(app, forMe.access_token);
assert.equal(known.username, person.userName);
assert.equal(known.sub, id);
ok("a person's token for that of a trusted issuer");

await assert.rejects(exchange(app, await signIn('nobody'), JWT), { error: 'invalid_request' });
ok('of someone who is not provisioned: refused');

// The application calls an API with it, bound to a key of its own, and the API calls another one on behalf of the person.
const DPoP = openid.getDPoPHandle(app, await openid.randomDPoPKeyPair());
const forApi = await exchange(
  app,
  await signIn(person.externalId),
  JWT,
  { scope: 'orders:read', resource: api },
  { DPoP },
);
assert.equal(forApi.token_type, 'dpop');
ok("a person's token that is bound to a key");

const service = await connect(clients.api, openid.ClientSecretBasic(clients.api.client_secret));
const delegated = await exchange(service, forApi.access_token, ACCESS_TOKEN, { resource: backend });
const claims = jose.decodeJwt(delegated.access_token);
assert.equal(claims.sub, id);
assert.equal(claims.client_id, clients.api.client_id);
assert.deepEqual([claims.aud].flat(), [backend]);
assert.equal(claims.act.sub, clients.api.client_id);
assert.equal(claims.scope, 'orders:read');
ok('delegation names who acts');

const stranger = await connect(clients.basic, openid.ClientSecretBasic(clients.basic.client_secret));
await assert.rejects(exchange(stranger, forApi.access_token, ACCESS_TOKEN), {
  error: 'unauthorized_client',
});
ok('by a client that may not: refused');

// The person leaves: the directory says so, and everything ends.
const live = [forMe, forApi, delegated].map((token) => token.access_token);
const active = () =>
  Promise.all(live.map(async (token) => (await openid.tokenIntrospection(app, token)).active));
assert.deepEqual(await active(), [true, true, true]);
const directory = await connect(
  clients.directory,
  openid.ClientSecretBasic(clients.directory.client_secret),
);
const { access_token } = await openid.clientCredentialsGrant(directory);
const leaves = await openid.fetchProtectedResource(
  directory,
  access_token,
  new URL(`${issuer}/scim/v2/Users/${id}`),
  'PATCH',
  JSON.stringify({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'replace', path: 'active', value: false }],
  }),
  new Headers({ 'content-type': 'application/scim+json' }),
);
assert.ok(leaves.ok, `${leaves.status}`);
assert.deepEqual(await active(), [false, false, false]);
await assert.rejects(exchange(app, await signIn(person.externalId), JWT), {
  error: 'invalid_request',
});
ok('it all ends with the person');

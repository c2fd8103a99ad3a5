// Tokens that are bound to a key (RFC 9449): of no use to who steals them. The service wants a nonce of its own in every
// proof; the library asks again with it when it is told to.

import assert from 'node:assert/strict';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { connect, given, ok } from './example.mjs';

const { issuer, api, clients } = given;
const users = new URL(`${issuer}/scim/v2/Users`);

for (const alg of ['ES256', 'Ed25519']) {
  const config = await connect(clients.basic, openid.ClientSecretBasic(clients.basic.client_secret));
  let requests = 0;
  config[openid.customFetch] = (...request) => {
    requests += 1;
    return fetch(...request);
  };

  const keys = await openid.randomDPoPKeyPair(alg);
  const DPoP = openid.getDPoPHandle(config, keys);
  const both = new URLSearchParams([['resource', api], ['resource', issuer]]);
  const token = await openid.clientCredentialsGrant(config, both, { DPoP });
  assert.equal(token.token_type, 'dpop');
  assert.equal(requests, 2, 'one without a nonce, and one with it');
  ok(`a token, after use_dpop_nonce (${alg})`);

  const again = await openid.clientCredentialsGrant(config, both, { DPoP });
  assert.notEqual(again.access_token, token.access_token);
  assert.equal(requests, 3, 'the nonce is still good');
  ok(`another token with the same nonce (${alg})`);

  const known = await openid.tokenIntrospection(config, token.access_token);
  assert.equal(known.token_type, 'DPoP');
  assert.equal(known.cnf.jkt, await DPoP.calculateThumbprint());
  ok(`introspection names the key (${alg})`);

  // With the same key, but nothing known yet of nonces.
  requests = 0;
  const fresh = openid.getDPoPHandle(config, keys);
  for (const expected of [2, 3]) {
    const answer = await openid.fetchProtectedResource(
      config, token.access_token, users, 'GET', undefined, undefined, { DPoP: fresh },
    );
    assert.equal(answer.status, 200);
    assert.equal(requests, expected);
  }
  ok(`SCIM takes it with a proof, after use_dpop_nonce (${alg})`);

  await assert.rejects(openid.fetchProtectedResource(config, token.access_token, users, 'GET'), {
    status: 401,
  });
  ok(`not without a proof (${alg})`);

  const stolen = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair(alg));
  await assert.rejects(
    openid.fetchProtectedResource(
      config, token.access_token, users, 'GET', undefined, undefined, { DPoP: stolen },
    ),
    (error) => {
      assert.equal(error.status, 401);
      const [challenge] = error.cause;
      assert.equal(challenge.scheme, 'dpop');
      assert.notEqual(challenge.parameters.error, 'use_dpop_nonce');
      return true;
    },
  );
  ok(`not with another key (${alg})`);

  // How an API of your own checks token and proof.
  const server = config.serverMetadata();
  config[openid.customFetch] = async (url, request) => {
    const claims = await oauth.validateJwtAccessToken(server, new Request(url, request), api, {
      requireDPoP: true,
      [oauth.allowInsecureRequests]: true,
    });
    return Response.json({ hello: claims.client_id });
  };
  const answer = await openid.fetchProtectedResource(
    config, token.access_token, new URL('/orders', api), 'GET', undefined, undefined, { DPoP },
  );
  assert.deepEqual(await answer.json(), { hello: clients.basic.client_id });
  ok(`an API verifies token and proof (${alg})`);
}

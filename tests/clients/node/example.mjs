// What these examples have in common.

import * as openid from 'openid-client';

/** What the operator of the service has told us: the issuer, our clients and their secrets. */
export const given = JSON.parse(process.env.GIVEN);

/** Says what has worked. */
export function ok(what) {
  console.log(`ok ${what}`);
}

/**
 * Finds out where the endpoints are. That should be done once, when the application starts.
 *
 * Over plain HTTP the library only goes because it is allowed to here. Leave that out for a service with TLS.
 */
export function connect({ client_id }, authentication, metadata = {}) {
  return openid.discovery(new URL(given.issuer), client_id, metadata, authentication, {
    algorithm: 'oauth2',
    execute: [openid.allowInsecureRequests],
  });
}

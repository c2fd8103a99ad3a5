-- The authorization server: clients, keys, grants and tokens. Secrets and tokens are kept as their SHA-256 alone. No
-- row of a token names its tenant, client, person or grant by a foreign key that deletes it: it is dead as soon as what
-- it hangs on is gone or has another epoch, and is swept when it has expired.

-- When the tenant was suspended; 0 if it isn't. Nothing of a suspended tenant's opens anything.
ALTER TABLE tenant ADD COLUMN suspended INTEGER NOT NULL DEFAULT 0;

ALTER TABLE tenant ADD COLUMN signing_alg TEXT NOT NULL DEFAULT 'EdDSA';

ALTER TABLE tenant ADD COLUMN access_token_secs INTEGER NOT NULL DEFAULT 600;

-- After how many days a tenant gets a new key; 0 is never.
ALTER TABLE tenant ADD COLUMN rotation_days INTEGER NOT NULL DEFAULT 90;

-- Set anew whenever a person is created, deactivated or restored: a token names the epoch that it was issued in.
ALTER TABLE resource ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;

ALTER TABLE deleted ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;

-- `metadata` has the members of RFC 7591 §2. `registration` is the hash of the token of RFC 7592 that manages the
-- client.
CREATE TABLE client (
    tenant       INTEGER NOT NULL REFERENCES tenant,
    id           TEXT NOT NULL,
    name         TEXT NOT NULL,
    token_format TEXT NOT NULL CHECK (token_format IN ('jwt', 'opaque')),
    disabled     INTEGER NOT NULL DEFAULT 0,
    epoch        INTEGER NOT NULL,
    created      INTEGER NOT NULL,
    modified     INTEGER NOT NULL,
    registration BLOB,
    metadata     TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE client_secret (
    tenant  INTEGER NOT NULL,
    client  TEXT NOT NULL,
    id      TEXT NOT NULL,
    hash    BLOB NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER,
    PRIMARY KEY (tenant, client, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX client_secret_by_expiry ON client_secret (expires) WHERE expires IS NOT NULL;

-- What may register a client (RFC 7591 §3). `uses` is how many more; NULL is any number.
CREATE TABLE initial_access_token (
    tenant  INTEGER NOT NULL,
    id      TEXT NOT NULL,
    name    TEXT NOT NULL,
    hash    BLOB NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER,
    uses    INTEGER,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX initial_access_token_by_hash ON initial_access_token (tenant, hash);

CREATE INDEX initial_access_token_by_expiry ON initial_access_token (expires) WHERE expires IS NOT NULL;

-- A key signs from `active_from` until a later one does. `public` is a JWK, `sealed` the private key, encrypted.
CREATE TABLE signing_key (
    tenant      INTEGER NOT NULL,
    kid         TEXT NOT NULL,
    alg         TEXT NOT NULL,
    public      TEXT NOT NULL,
    sealed      BLOB NOT NULL,
    created     INTEGER NOT NULL,
    active_from INTEGER NOT NULL,
    PRIMARY KEY (tenant, kid)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX signing_key_by_time ON signing_key (tenant, active_from);

-- What a client, and the person that it acts for, has been allowed: the root of a family of tokens.
CREATE TABLE auth_grant (
    tenant       INTEGER NOT NULL,
    id           TEXT NOT NULL,
    client       TEXT NOT NULL,
    client_epoch INTEGER NOT NULL,
    person       TEXT,
    person_epoch INTEGER,
    scope        TEXT NOT NULL,
    resources    TEXT NOT NULL,
    jkt          TEXT,
    created      INTEGER NOT NULL,
    expires      INTEGER NOT NULL,
    revoked      INTEGER,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX auth_grant_by_expiry ON auth_grant (expires);

-- `sealed` is what tells the holder of a token that was used a moment ago which one `successor` is. A used token is
-- kept until it expires, since its second use ends the family.
CREATE TABLE refresh_token (
    tenant     INTEGER NOT NULL,
    hash       BLOB NOT NULL,
    auth_grant TEXT NOT NULL,
    created    INTEGER NOT NULL,
    expires    INTEGER NOT NULL,
    used       INTEGER,
    successor  BLOB,
    sealed     TEXT,
    PRIMARY KEY (tenant, hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX refresh_token_by_expiry ON refresh_token (expires);

-- Opaque access tokens. `id` stands for one where the token may not be shown. `act` is the claim of RFC 8693 §4.1.
CREATE TABLE access_token (
    tenant       INTEGER NOT NULL,
    hash         BLOB NOT NULL,
    id           TEXT NOT NULL,
    client       TEXT NOT NULL,
    client_epoch INTEGER NOT NULL,
    person       TEXT,
    person_epoch INTEGER,
    auth_grant   TEXT,
    scope        TEXT NOT NULL,
    audience     TEXT NOT NULL,
    jkt          TEXT,
    act          TEXT,
    issued       INTEGER NOT NULL,
    expires      INTEGER NOT NULL,
    PRIMARY KEY (tenant, hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX access_token_by_expiry ON access_token (expires);

-- JWTs that were revoked one by one.
CREATE TABLE revoked_token (
    tenant  INTEGER NOT NULL,
    jti     TEXT NOT NULL,
    expires INTEGER NOT NULL,
    PRIMARY KEY (tenant, jti)
) STRICT, WITHOUT ROWID;

CREATE INDEX revoked_token_by_expiry ON revoked_token (expires);

-- What may be used once: assertions (RFC 7523 §3) and proofs of possession (RFC 9449 §11.1), by a hash of what names
-- them.
CREATE TABLE used_token (
    tenant  INTEGER NOT NULL,
    hash    BLOB NOT NULL,
    expires INTEGER NOT NULL,
    PRIMARY KEY (tenant, hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX used_token_by_expiry ON used_token (expires);

-- Issuers whose tokens the tenant takes, with their keys as they were last fetched. After too many `failures` nobody
-- fetches until `open_until`; `leased_until` is how long one instance fetches for all.
CREATE TABLE trusted_issuer (
    tenant       INTEGER NOT NULL,
    issuer       TEXT NOT NULL,
    jwks_uri     TEXT NOT NULL,
    audience     TEXT NOT NULL,
    created      INTEGER NOT NULL,
    failures     INTEGER NOT NULL DEFAULT 0,
    open_until   INTEGER NOT NULL DEFAULT 0,
    leased_until INTEGER NOT NULL DEFAULT 0,
    fetched      INTEGER,
    expires      INTEGER,
    mapping      TEXT NOT NULL,
    jwks         TEXT,
    PRIMARY KEY (tenant, issuer)
) STRICT, WITHOUT ROWID;

-- Opaque access tokens and grants whose client and person are what they were, in a tenant that isn't suspended. Whether
-- they have expired is for the reader to see.
CREATE VIEW live_grant AS
SELECT tenant, id, client, client_epoch, person, person_epoch, scope, resources, jkt, created, expires
FROM auth_grant g
WHERE revoked IS NULL
    AND EXISTS (SELECT 1 FROM tenant t WHERE t.id = g.tenant AND NOT t.suspended)
    AND EXISTS (
        SELECT 1 FROM client c
        WHERE c.tenant = g.tenant AND c.id = g.client AND c.epoch = g.client_epoch AND NOT c.disabled)
    AND (person IS NULL OR EXISTS (
        SELECT 1 FROM resource p
        WHERE p.tenant = g.tenant AND p.id = g.person AND p.type = 'User' AND p.epoch = g.person_epoch));

CREATE VIEW live_access_token AS
SELECT tenant, hash, id, client, client_epoch, person, person_epoch, auth_grant, scope, audience, jkt, act, issued, expires
FROM access_token a
WHERE EXISTS (SELECT 1 FROM tenant t WHERE t.id = a.tenant AND NOT t.suspended)
    AND EXISTS (
        SELECT 1 FROM client c
        WHERE c.tenant = a.tenant AND c.id = a.client AND c.epoch = a.client_epoch AND NOT c.disabled)
    AND (person IS NULL OR EXISTS (
        SELECT 1 FROM resource p
        WHERE p.tenant = a.tenant AND p.id = a.person AND p.type = 'User' AND p.epoch = a.person_epoch))
    AND (auth_grant IS NULL OR EXISTS (
        SELECT 1 FROM auth_grant g WHERE g.tenant = a.tenant AND g.id = a.auth_grant AND g.revoked IS NULL));

DROP TRIGGER tenant_deleting;

CREATE TRIGGER tenant_deleting BEFORE DELETE ON tenant
BEGIN
    DELETE FROM token WHERE tenant = OLD.id;
    DELETE FROM client_secret WHERE tenant = OLD.id;
    DELETE FROM client WHERE tenant = OLD.id;
    DELETE FROM initial_access_token WHERE tenant = OLD.id;
    DELETE FROM signing_key WHERE tenant = OLD.id;
    DELETE FROM auth_grant WHERE tenant = OLD.id;
    DELETE FROM refresh_token WHERE tenant = OLD.id;
    DELETE FROM access_token WHERE tenant = OLD.id;
    DELETE FROM revoked_token WHERE tenant = OLD.id;
    DELETE FROM used_token WHERE tenant = OLD.id;
    DELETE FROM trusted_issuer WHERE tenant = OLD.id;
    DELETE FROM resource WHERE tenant = OLD.id;
    DELETE FROM deleted WHERE tenant = OLD.id;
    DELETE FROM definition WHERE tenant = OLD.id;
    DELETE FROM counter WHERE tenant = OLD.id;
    DELETE FROM change WHERE tenant = OLD.id;
END;

-- What is written of the authorization server: each is one INSERT into a view, and its entry of the change log, which
-- has no secret and no hash of one, comes with it. `tenant` is the tenant's name, `at` the time of the write, `actor`
-- who writes, as the change log names them.

DROP VIEW configure;

CREATE VIEW configure (tenant, at, mode, restore_on_create, retention_days, ignore_unknown_members, signing_alg,
    access_token_secs, rotation_days) AS
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TRIGGER configure_run INSTEAD OF INSERT ON configure
BEGIN
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE NOT EXISTS (SELECT 1 FROM tenant WHERE name = NEW.tenant);
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT id, NEW.at, 'admin', 'configure', 'Tenant', name, 0, (
        SELECT json_group_array(setting) FROM (
            SELECT 'mode' AS setting WHERE mode <> NEW.mode
            UNION ALL SELECT 'restoreOnCreate' WHERE restore_on_create <> NEW.restore_on_create
            UNION ALL SELECT 'retentionDays' WHERE retention_days <> NEW.retention_days
            UNION ALL SELECT 'ignoreUnknownMembers' WHERE ignore_unknown_members <> NEW.ignore_unknown_members
            UNION ALL SELECT 'signingAlgorithm' WHERE signing_alg <> NEW.signing_alg
            UNION ALL SELECT 'accessTokenSeconds' WHERE access_token_secs <> NEW.access_token_secs
            UNION ALL SELECT 'keyRotationDays' WHERE rotation_days <> NEW.rotation_days))
    FROM tenant WHERE name = NEW.tenant AND (
        mode <> NEW.mode OR restore_on_create <> NEW.restore_on_create OR retention_days <> NEW.retention_days
        OR ignore_unknown_members <> NEW.ignore_unknown_members OR signing_alg <> NEW.signing_alg
        OR access_token_secs <> NEW.access_token_secs OR rotation_days <> NEW.rotation_days);
    UPDATE tenant SET mode = coalesce(NEW.mode, mode),
        restore_on_create = coalesce(NEW.restore_on_create, restore_on_create),
        retention_days = coalesce(NEW.retention_days, retention_days),
        ignore_unknown_members = coalesce(NEW.ignore_unknown_members, ignore_unknown_members),
        signing_alg = coalesce(NEW.signing_alg, signing_alg),
        access_token_secs = coalesce(NEW.access_token_secs, access_token_secs),
        rotation_days = coalesce(NEW.rotation_days, rotation_days),
        revision = random()
    WHERE name = NEW.tenant AND changes() > 0;
END;

-- Suspends a tenant (`suspended` is 1), or ends that. What had not expired then opens the tenant again.
CREATE VIEW suspend (tenant, at, suspended) AS SELECT NULL, NULL, NULL WHERE 0;

CREATE TRIGGER suspend_run INSTEAD OF INSERT ON suspend
BEGIN
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE NOT EXISTS (SELECT 1 FROM tenant WHERE name = NEW.tenant);
    UPDATE tenant SET suspended = iif(NEW.suspended, NEW.at, 0), revision = random()
    WHERE name = NEW.tenant AND (suspended <> 0) <> NEW.suspended;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT id, NEW.at, 'admin', iif(NEW.suspended, 'suspend', 'resume'), 'Tenant', name, 0, '[]'
    FROM tenant WHERE name = NEW.tenant AND changes() > 0;
END;

-- Adds a client, with a secret if it has one. `initial` is the hash of the token that allows it (NULL: the operator
-- does).
CREATE VIEW register_client
(tenant, at, initial, id, name, token_format, registration, metadata, secret, secret_hash, secret_expires) AS
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TRIGGER register_client_run INSTEAD OF INSERT ON register_client
BEGIN
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE NOT EXISTS (SELECT 1 FROM tenant WHERE name = NEW.tenant);
    SELECT RAISE(ABORT, 'rollcall: unauthenticated') WHERE NEW.initial IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM tenant t CROSS JOIN initial_access_token i ON i.tenant = t.id AND i.hash = NEW.initial
        WHERE t.name = NEW.tenant AND NOT t.suspended AND (i.expires IS NULL OR i.expires > NEW.at)
            AND (i.uses IS NULL OR i.uses > 0));
    UPDATE initial_access_token SET uses = uses - 1
    WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND hash = NEW.initial AND uses IS NOT NULL;
    INSERT INTO client (tenant, id, name, token_format, epoch, created, modified, registration, metadata)
    SELECT id, NEW.id, NEW.name, NEW.token_format, NEW.at, NEW.at, NEW.at, NEW.registration, NEW.metadata
    FROM tenant WHERE name = NEW.tenant;
    INSERT INTO client_secret (tenant, client, id, hash, created, expires)
    SELECT id, NEW.id, NEW.secret, NEW.secret_hash, NEW.at, NEW.secret_expires
    FROM tenant WHERE name = NEW.tenant AND NEW.secret IS NOT NULL;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT t.id, NEW.at, coalesce((
            SELECT 'registration:' || i.id FROM initial_access_token i WHERE i.tenant = t.id AND i.hash = NEW.initial),
        'admin'), 'register', 'Client', NEW.id, 0, '[]'
    FROM tenant t WHERE name = NEW.tenant;
END;

-- Checks the token of RFC 7592 §2 with which a client manages itself; `registration` is its hash.
CREATE VIEW managed_client (tenant, id, registration) AS SELECT NULL, NULL, NULL WHERE 0;

CREATE TRIGGER managed_client_run INSTEAD OF INSERT ON managed_client
BEGIN
    SELECT RAISE(ABORT, 'rollcall: unauthenticated') WHERE NOT EXISTS (
        SELECT 1 FROM tenant t CROSS JOIN client c ON c.tenant = t.id AND c.id = NEW.id
        WHERE t.name = NEW.tenant AND NOT t.suspended AND NOT c.disabled AND c.registration = NEW.registration);
END;

-- Replaces what a client has registered. `registration` as above (NULL: the operator does it), `next_registration` is
-- that of the token that takes its place (NULL: it stays).
CREATE VIEW revise_client (tenant, at, registration, id, name, token_format, next_registration, metadata) AS
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TRIGGER revise_client_run INSTEAD OF INSERT ON revise_client
BEGIN
    INSERT INTO managed_client (tenant, id, registration)
    SELECT NEW.tenant, NEW.id, NEW.registration WHERE NEW.registration IS NOT NULL;
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE NOT EXISTS (
        SELECT 1 FROM client WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND id = NEW.id);
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT c.tenant, NEW.at, iif(NEW.registration IS NULL, 'admin', 'client:' || NEW.id), 'configure', 'Client', c.id, 0, (
        SELECT json_group_array(what) FROM (
            SELECT 'name' AS what WHERE c.name <> NEW.name
            UNION ALL SELECT 'tokenFormat' WHERE c.token_format <> NEW.token_format
            UNION ALL SELECT 'metadata' WHERE c.metadata <> NEW.metadata))
    FROM tenant t CROSS JOIN client c ON c.tenant = t.id AND c.id = NEW.id WHERE t.name = NEW.tenant;
    UPDATE client SET name = NEW.name, token_format = NEW.token_format, modified = NEW.at, metadata = NEW.metadata,
        registration = coalesce(NEW.next_registration, registration)
    WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND id = NEW.id;
END;

CREATE VIEW remove_client (tenant, at, registration, id) AS SELECT NULL, NULL, NULL, NULL WHERE 0;

CREATE TRIGGER remove_client_run INSTEAD OF INSERT ON remove_client
BEGIN
    INSERT INTO managed_client (tenant, id, registration)
    SELECT NEW.tenant, NEW.id, NEW.registration WHERE NEW.registration IS NOT NULL;
    DELETE FROM client_secret WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND client = NEW.id;
    DELETE FROM client WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND id = NEW.id;
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE changes() = 0;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT id, NEW.at, iif(NEW.registration IS NULL, 'admin', 'client:' || NEW.id), 'delete', 'Client', NEW.id, 0, '[]'
    FROM tenant WHERE name = NEW.tenant;
END;

-- Disables a client (`disabled` is 1), or enables it again. Either way its tokens are dead for good.
CREATE VIEW switch_client (tenant, at, id, disabled) AS SELECT NULL, NULL, NULL, NULL WHERE 0;

CREATE TRIGGER switch_client_run INSTEAD OF INSERT ON switch_client
BEGIN
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE NOT EXISTS (
        SELECT 1 FROM client WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND id = NEW.id);
    UPDATE client SET disabled = NEW.disabled, epoch = max(NEW.at, epoch + 1), modified = NEW.at
    WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND id = NEW.id AND disabled <> NEW.disabled;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT id, NEW.at, 'admin', iif(NEW.disabled, 'disable', 'enable'), 'Client', NEW.id, 0, '[]'
    FROM tenant WHERE name = NEW.tenant AND changes() > 0;
END;

-- Adds a secret to a client; at most two are valid at a time. Those that it has end at `others_end` at the latest,
-- unless that is NULL.
CREATE VIEW add_secret (tenant, at, client, id, hash, expires, others_end) AS
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TRIGGER add_secret_run INSTEAD OF INSERT ON add_secret
BEGIN
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE NOT EXISTS (
        SELECT 1 FROM client WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND id = NEW.client);
    UPDATE client_secret SET expires = NEW.others_end
    WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND client = NEW.client
        AND NEW.others_end IS NOT NULL AND (expires IS NULL OR expires > NEW.others_end);
    DELETE FROM client_secret
    WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND client = NEW.client AND +expires <= NEW.at;
    SELECT RAISE(ABORT, 'rollcall: too many') WHERE (
        SELECT count(*) FROM client_secret
        WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND client = NEW.client) >= 2;
    INSERT INTO client_secret (tenant, client, id, hash, created, expires)
    SELECT id, NEW.client, NEW.id, NEW.hash, NEW.at, NEW.expires FROM tenant WHERE name = NEW.tenant;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT id, NEW.at, 'admin', 'issue', 'ClientSecret', NEW.id, 0, '[]' FROM tenant WHERE name = NEW.tenant;
END;

CREATE VIEW remove_secret (tenant, at, client, id) AS SELECT NULL, NULL, NULL, NULL WHERE 0;

CREATE TRIGGER remove_secret_run INSTEAD OF INSERT ON remove_secret
BEGIN
    DELETE FROM client_secret
    WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND client = NEW.client AND id = NEW.id;
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE changes() = 0;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT id, NEW.at, 'admin', 'revoke', 'ClientSecret', NEW.id, 0, '[]' FROM tenant WHERE name = NEW.tenant;
END;

CREATE VIEW allow_registration (tenant, at, id, name, hash, expires, uses) AS
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TRIGGER allow_registration_run INSTEAD OF INSERT ON allow_registration
BEGIN
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE NOT EXISTS (SELECT 1 FROM tenant WHERE name = NEW.tenant);
    INSERT INTO initial_access_token (tenant, id, name, hash, created, expires, uses)
    SELECT id, NEW.id, NEW.name, NEW.hash, NEW.at, NEW.expires, NEW.uses FROM tenant WHERE name = NEW.tenant;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT id, NEW.at, 'admin', 'issue', 'InitialAccessToken', NEW.id, 0, '[]' FROM tenant WHERE name = NEW.tenant;
END;

CREATE VIEW disallow_registration (tenant, at, id) AS SELECT NULL, NULL, NULL WHERE 0;

CREATE TRIGGER disallow_registration_run INSTEAD OF INSERT ON disallow_registration
BEGIN
    DELETE FROM initial_access_token WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND id = NEW.id;
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE changes() = 0;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT id, NEW.at, 'admin', 'revoke', 'InitialAccessToken', NEW.id, 0, '[]' FROM tenant WHERE name = NEW.tenant;
END;

-- Adds a key, unless another one came first: `newest` is the newest key that the writer knows of (NULL: there was
-- none), and a tenant has one key at the most that doesn't sign yet.
CREATE VIEW add_key (tenant, at, actor, newest, kid, alg, public, sealed, active_from) AS
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TRIGGER add_key_run INSTEAD OF INSERT ON add_key
BEGIN
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE NOT EXISTS (SELECT 1 FROM tenant WHERE name = NEW.tenant);
    INSERT INTO signing_key (tenant, kid, alg, public, sealed, created, active_from)
    SELECT id, NEW.kid, NEW.alg, NEW.public, NEW.sealed, NEW.at, NEW.active_from FROM tenant
    WHERE name = NEW.tenant
        AND NEW.newest IS (
            SELECT kid FROM signing_key k WHERE k.tenant = tenant.id ORDER BY k.active_from DESC LIMIT 1)
        AND NOT EXISTS (
            SELECT 1 FROM signing_key k WHERE k.tenant = tenant.id AND k.active_from >= min(NEW.at + 1, NEW.active_from));
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT id, NEW.at, NEW.actor, iif(NEW.newest IS NULL, 'create', 'rotate'), 'Key', NEW.kid, 0, '[]'
    FROM tenant WHERE name = NEW.tenant AND changes() > 0;
END;

-- Begins a family of tokens, with its first refresh token unless `hash` is NULL.
CREATE VIEW begin_grant (tenant, at, id, client, client_epoch, person, person_epoch, scope, resources, jkt, expires,
    hash, refresh_expires) AS
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TRIGGER begin_grant_run INSTEAD OF INSERT ON begin_grant
BEGIN
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE NOT EXISTS (SELECT 1 FROM tenant WHERE name = NEW.tenant);
    INSERT INTO auth_grant (tenant, id, client, client_epoch, person, person_epoch, scope, resources, jkt, created, expires)
    SELECT id, NEW.id, NEW.client, NEW.client_epoch, NEW.person, NEW.person_epoch, NEW.scope, NEW.resources, NEW.jkt,
        NEW.at, NEW.expires
    FROM tenant WHERE name = NEW.tenant;
    INSERT INTO refresh_token (tenant, hash, auth_grant, created, expires)
    SELECT id, NEW.hash, NEW.id, NEW.at, min(NEW.refresh_expires, NEW.expires)
    FROM tenant WHERE name = NEW.tenant AND NEW.hash IS NOT NULL;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT id, NEW.at, 'client:' || NEW.client, 'grant', 'Grant', NEW.id, 0, '[]' FROM tenant WHERE name = NEW.tenant;
END;

-- A refresh token that is used has a successor, which lives as long as it was to live itself, and no longer than the
-- grant.
CREATE TRIGGER refresh_token_used AFTER UPDATE OF used ON refresh_token
BEGIN
    INSERT INTO refresh_token (tenant, hash, auth_grant, created, expires)
    SELECT NEW.tenant, NEW.successor, NEW.auth_grant, NEW.used, min(NEW.used + NEW.expires - NEW.created, expires)
    FROM auth_grant WHERE tenant = NEW.tenant AND id = NEW.auth_grant;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT tenant, NEW.used, 'client:' || client, 'refresh', 'Grant', id, 0, '[]'
    FROM auth_grant WHERE tenant = NEW.tenant AND id = NEW.auth_grant;
END;

CREATE VIEW issue_access (tenant, at, hash, id, client, client_epoch, person, person_epoch, auth_grant, scope, audience,
    jkt, act, expires) AS
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TRIGGER issue_access_run INSTEAD OF INSERT ON issue_access
BEGIN
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE NOT EXISTS (SELECT 1 FROM tenant WHERE name = NEW.tenant);
    INSERT INTO access_token (tenant, hash, id, client, client_epoch, person, person_epoch, auth_grant, scope, audience,
        jkt, act, issued, expires)
    SELECT tenant.id, NEW.hash, NEW.id, NEW.client, NEW.client_epoch, NEW.person, NEW.person_epoch, NEW.auth_grant,
        NEW.scope, NEW.audience, NEW.jkt, NEW.act, NEW.at, NEW.expires
    FROM tenant WHERE name = NEW.tenant;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT id, NEW.at, 'client:' || NEW.client, 'issue', 'AccessToken', NEW.id, 0, '[]'
    FROM tenant WHERE name = NEW.tenant;
END;

-- Revocation (RFC 7009). What isn't there, or is another client's, stays as it is, and that is no error. `client` is
-- who asks, `actor` too; where `client` is NULL it is the service itself or the operator.

CREATE VIEW end_access (tenant, at, actor, client, hash) AS SELECT NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TRIGGER end_access_run INSTEAD OF INSERT ON end_access
BEGIN
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT t.id, NEW.at, NEW.actor, 'revoke', 'AccessToken', a.id, 0, '[]'
    FROM tenant t CROSS JOIN access_token a ON a.tenant = t.id AND a.hash = NEW.hash
    WHERE t.name = NEW.tenant AND a.client = NEW.client;
    DELETE FROM access_token
    WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND hash = NEW.hash AND client = NEW.client;
END;

CREATE VIEW end_jwt (tenant, at, actor, jti, expires) AS SELECT NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TRIGGER end_jwt_run INSTEAD OF INSERT ON end_jwt
BEGIN
    INSERT OR IGNORE INTO revoked_token (tenant, jti, expires)
    SELECT id, NEW.jti, NEW.expires FROM tenant WHERE name = NEW.tenant;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT id, NEW.at, NEW.actor, 'revoke', 'AccessToken', NEW.jti, 0, '[]'
    FROM tenant WHERE name = NEW.tenant AND changes() > 0;
END;

-- The family of a refresh token ends with it.
CREATE VIEW end_refresh (tenant, at, actor, client, hash) AS SELECT NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TRIGGER end_refresh_run INSTEAD OF INSERT ON end_refresh
BEGIN
    INSERT INTO end_grant (tenant, at, actor, client, id)
    SELECT NEW.tenant, NEW.at, NEW.actor, NEW.client, r.auth_grant
    FROM tenant t CROSS JOIN refresh_token r ON r.tenant = t.id AND r.hash = NEW.hash WHERE t.name = NEW.tenant;
END;

CREATE VIEW end_grant (tenant, at, actor, client, id) AS SELECT NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TRIGGER end_grant_run INSTEAD OF INSERT ON end_grant
BEGIN
    UPDATE auth_grant SET revoked = NEW.at
    WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND id = NEW.id AND revoked IS NULL
        AND client = coalesce(NEW.client, client);
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT id, NEW.at, NEW.actor, 'revoke', 'Grant', NEW.id, 0, '[]'
    FROM tenant WHERE name = NEW.tenant AND changes() > 0;
END;

-- All tokens of a client.
CREATE VIEW end_client (tenant, at, actor, id) AS SELECT NULL, NULL, NULL, NULL WHERE 0;

CREATE TRIGGER end_client_run INSTEAD OF INSERT ON end_client
BEGIN
    UPDATE client SET epoch = max(NEW.at, epoch + 1)
    WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND id = NEW.id;
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE changes() = 0;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT id, NEW.at, NEW.actor, 'revoke', 'Client', NEW.id, 0, '[]' FROM tenant WHERE name = NEW.tenant;
END;

-- All tokens of a person.
CREATE VIEW end_person (tenant, at, actor, id) AS SELECT NULL, NULL, NULL, NULL WHERE 0;

CREATE TRIGGER end_person_run INSTEAD OF INSERT ON end_person
BEGIN
    UPDATE resource SET epoch = max(NEW.at, epoch + 1)
    WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND id = NEW.id AND type = 'User';
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE changes() = 0;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT t.id, NEW.at, NEW.actor, 'revoke', 'User', NEW.id, r.version, '[]'
    FROM tenant t CROSS JOIN resource r ON r.tenant = t.id AND r.id = NEW.id WHERE t.name = NEW.tenant;
END;

-- Trusts an issuer, or changes how. Keys that came from another address are forgotten.
CREATE VIEW trust (tenant, at, issuer, jwks_uri, audience, mapping) AS
SELECT NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TRIGGER trust_run INSTEAD OF INSERT ON trust
BEGIN
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE NOT EXISTS (SELECT 1 FROM tenant WHERE name = NEW.tenant);
    DELETE FROM trusted_issuer
    WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND issuer = NEW.issuer AND jwks_uri <> NEW.jwks_uri;
    INSERT INTO trusted_issuer (tenant, issuer, jwks_uri, audience, created, mapping)
    SELECT id, NEW.issuer, NEW.jwks_uri, NEW.audience, NEW.at, NEW.mapping FROM tenant WHERE name = NEW.tenant
    ON CONFLICT (tenant, issuer) DO UPDATE SET audience = excluded.audience, mapping = excluded.mapping;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT id, NEW.at, 'admin', 'trust', 'Issuer', NEW.issuer, 0, '[]' FROM tenant WHERE name = NEW.tenant;
END;

CREATE VIEW distrust (tenant, at, issuer) AS SELECT NULL, NULL, NULL WHERE 0;

CREATE TRIGGER distrust_run INSTEAD OF INSERT ON distrust
BEGIN
    DELETE FROM trusted_issuer WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND issuer = NEW.issuer;
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE changes() = 0;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT id, NEW.at, 'admin', 'distrust', 'Issuer', NEW.issuer, 0, '[]' FROM tenant WHERE name = NEW.tenant;
END;

-- Forgets what has expired, a bounded number of each at once.
CREATE VIEW sweep_tokens (at) AS SELECT NULL WHERE 0;

CREATE TRIGGER sweep_tokens_run INSTEAD OF INSERT ON sweep_tokens
BEGIN
    DELETE FROM used_token WHERE (tenant, hash) IN (
        SELECT tenant, hash FROM used_token WHERE expires <= NEW.at LIMIT 500);
    DELETE FROM access_token WHERE (tenant, hash) IN (
        SELECT tenant, hash FROM access_token WHERE expires <= NEW.at LIMIT 500);
    DELETE FROM refresh_token WHERE (tenant, hash) IN (
        SELECT tenant, hash FROM refresh_token WHERE expires <= NEW.at LIMIT 500);
    DELETE FROM auth_grant WHERE (tenant, id) IN (
        SELECT tenant, id FROM auth_grant WHERE expires <= NEW.at LIMIT 500);
    DELETE FROM revoked_token WHERE (tenant, jti) IN (
        SELECT tenant, jti FROM revoked_token WHERE expires <= NEW.at LIMIT 500);
    DELETE FROM client_secret WHERE (tenant, client, id) IN (
        SELECT tenant, client, id FROM client_secret WHERE expires <= NEW.at LIMIT 500);
    DELETE FROM initial_access_token WHERE (tenant, id) IN (
        SELECT tenant, id FROM initial_access_token WHERE expires <= NEW.at LIMIT 500);
    INSERT INTO sweep (at) VALUES (NEW.at);
END;

-- Revocation (RFC 7009). What isn't there, or is another client's, stays as it is, and that is no error. `client` is
-- who asks, `actor` too; where `client` is NULL it is the service itself or the operator.

CREATE TEMP VIEW IF NOT EXISTS end_access (tenant, at, actor, client, hash) AS
SELECT NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TEMP TRIGGER IF NOT EXISTS end_access_run INSTEAD OF INSERT ON end_access
BEGIN
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT t.id, NEW.at, NEW.actor, 'revoke', 'AccessToken', a.id, 0, '[]'
    FROM tenant t CROSS JOIN access_token a ON a.tenant = t.id AND a.hash = NEW.hash
    WHERE t.name = NEW.tenant AND a.client = NEW.client;
    -- Those that were made from it end with it.
    INSERT OR IGNORE INTO revoked_token (tenant, jti, expires)
    SELECT a.tenant, a.id, a.expires FROM tenant t CROSS JOIN access_token a ON a.tenant = t.id AND a.hash = NEW.hash
    WHERE t.name = NEW.tenant AND a.client = NEW.client;
    DELETE FROM access_token
    WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND hash = NEW.hash AND client = NEW.client;
END;

CREATE TEMP VIEW IF NOT EXISTS end_jwt (tenant, at, actor, jti, expires) AS SELECT NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TEMP TRIGGER IF NOT EXISTS end_jwt_run INSTEAD OF INSERT ON end_jwt
BEGIN
    INSERT OR IGNORE INTO revoked_token (tenant, jti, expires)
    SELECT id, NEW.jti, NEW.expires FROM tenant WHERE name = NEW.tenant;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT id, NEW.at, NEW.actor, 'revoke', 'AccessToken', NEW.jti, 0, '[]'
    FROM tenant WHERE name = NEW.tenant AND changes() > 0;
END;

-- The family of a refresh token ends with it.
CREATE TEMP VIEW IF NOT EXISTS end_refresh (tenant, at, actor, client, hash) AS
SELECT NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TEMP TRIGGER IF NOT EXISTS end_refresh_run INSTEAD OF INSERT ON end_refresh
BEGIN
    INSERT INTO end_grant (tenant, at, actor, client, id)
    SELECT NEW.tenant, NEW.at, NEW.actor, NEW.client, r.auth_grant
    FROM tenant t CROSS JOIN refresh_token r ON r.tenant = t.id AND r.hash = NEW.hash WHERE t.name = NEW.tenant;
END;

CREATE TEMP VIEW IF NOT EXISTS end_grant (tenant, at, actor, client, id) AS SELECT NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TEMP TRIGGER IF NOT EXISTS end_grant_run INSTEAD OF INSERT ON end_grant
BEGIN
    UPDATE auth_grant SET revoked = NEW.at
    WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND id = NEW.id AND revoked IS NULL
        AND client = coalesce(NEW.client, client);
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT id, NEW.at, NEW.actor, 'revoke', 'Grant', NEW.id, 0, '[]'
    FROM tenant WHERE name = NEW.tenant AND changes() > 0;
END;

-- All tokens of a client.
CREATE TEMP VIEW IF NOT EXISTS end_client (tenant, at, actor, id) AS SELECT NULL, NULL, NULL, NULL WHERE 0;

CREATE TEMP TRIGGER IF NOT EXISTS end_client_run INSTEAD OF INSERT ON end_client
BEGIN
    UPDATE client SET epoch = max(NEW.at, epoch + 1)
    WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND id = NEW.id;
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE changes() = 0;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT id, NEW.at, NEW.actor, 'revoke', 'Client', NEW.id, 0, '[]' FROM tenant WHERE name = NEW.tenant;
END;

-- All tokens of a person. `actor` is NULL for whoever has a token that does not open the tenant; `revision` is that of the
-- settings by which it is done, where there are any.
CREATE TEMP VIEW IF NOT EXISTS end_person (tenant, at, actor, revision, id) AS SELECT NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TEMP TRIGGER IF NOT EXISTS end_person_run INSTEAD OF INSERT ON end_person
BEGIN
    SELECT RAISE(ABORT, 'rollcall: unauthenticated') WHERE NEW.actor IS NULL;
    SELECT RAISE(ABORT, 'rollcall: reconfigured') FROM tenant
    WHERE name = NEW.tenant AND revision <> NEW.revision;
    UPDATE resource SET epoch = max(NEW.at, epoch + 1)
    WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND id = NEW.id AND type = 'User';
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE changes() = 0;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT t.id, NEW.at, NEW.actor, 'revoke', 'User', NEW.id, r.version, '[]'
    FROM tenant t CROSS JOIN resource r ON r.tenant = t.id AND r.id = NEW.id WHERE t.name = NEW.tenant;
END;

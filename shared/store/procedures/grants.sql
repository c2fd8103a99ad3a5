-- Families of tokens.

-- Begins a family of tokens, with its first refresh token unless `hash` is NULL.
CREATE TEMP VIEW IF NOT EXISTS begin_grant (tenant, at, id, client, client_epoch, person, person_epoch, scope,
    resources, jkt, expires,
    hash, refresh_expires) AS
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TEMP TRIGGER IF NOT EXISTS begin_grant_run INSTEAD OF INSERT ON begin_grant
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

-- What may register a client (RFC 7591 §3).

CREATE TEMP VIEW IF NOT EXISTS allow_registration (tenant, at, id, name, hash, expires, uses) AS
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TEMP TRIGGER IF NOT EXISTS allow_registration_run INSTEAD OF INSERT ON allow_registration
BEGIN
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE NOT EXISTS (SELECT 1 FROM tenant WHERE name = NEW.tenant);
    INSERT INTO initial_access_token (tenant, id, name, hash, created, expires, uses)
    SELECT id, NEW.id, NEW.name, NEW.hash, NEW.at, NEW.expires, NEW.uses FROM tenant WHERE name = NEW.tenant;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT id, NEW.at, 'admin', 'issue', 'InitialAccessToken', NEW.id, 0, '[]' FROM tenant WHERE name = NEW.tenant;
END;

CREATE TEMP VIEW IF NOT EXISTS disallow_registration (tenant, at, id) AS SELECT NULL, NULL, NULL WHERE 0;

CREATE TEMP TRIGGER IF NOT EXISTS disallow_registration_run INSTEAD OF INSERT ON disallow_registration
BEGIN
    DELETE FROM initial_access_token WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND id = NEW.id;
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE changes() = 0;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT id, NEW.at, 'admin', 'revoke', 'InitialAccessToken', NEW.id, 0, '[]' FROM tenant WHERE name = NEW.tenant;
END;

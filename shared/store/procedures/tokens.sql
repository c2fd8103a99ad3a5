-- Provisioning tokens.

CREATE TEMP VIEW IF NOT EXISTS issue (tenant, at, id, name, hash, expires) AS
SELECT NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TEMP TRIGGER IF NOT EXISTS issue_run INSTEAD OF INSERT ON issue
BEGIN
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE NOT EXISTS (SELECT 1 FROM tenant WHERE name = NEW.tenant);
    INSERT INTO token (id, tenant, name, hash, created, expires)
    SELECT NEW.id, id, NEW.name, NEW.hash, NEW.at, NEW.expires FROM tenant WHERE name = NEW.tenant;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT id, NEW.at, 'admin', 'issue', 'Token', NEW.id, 0, '[]' FROM tenant WHERE name = NEW.tenant;
END;

CREATE TEMP VIEW IF NOT EXISTS revoke (tenant, at, id) AS SELECT NULL, NULL, NULL WHERE 0;

CREATE TEMP TRIGGER IF NOT EXISTS revoke_run INSTEAD OF INSERT ON revoke
BEGIN
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE NOT EXISTS (
        SELECT 1 FROM token WHERE id = NEW.id AND tenant = (SELECT id FROM tenant WHERE name = NEW.tenant));
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT tenant, NEW.at, 'admin', 'revoke', 'Token', id, 0, '[]' FROM token WHERE id = NEW.id;
    DELETE FROM token WHERE id = NEW.id;
END;

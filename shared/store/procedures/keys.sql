-- Signing keys.

-- Adds a key, unless another one came first: `newest` is the newest key that the writer knows of (NULL: there was
-- none), and a tenant has one key at the most that doesn't sign yet.
CREATE TEMP VIEW IF NOT EXISTS add_key (tenant, at, actor, newest, kid, alg, public, sealed, active_from) AS
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TEMP TRIGGER IF NOT EXISTS add_key_run INSTEAD OF INSERT ON add_key
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

-- Custom schemas and resource types.

-- Keeps a definition, or takes it away (`document` is NULL). That what is stored fits it is for the caller to see to, in
-- the same transaction.
CREATE TEMP VIEW IF NOT EXISTS define (tenant, at, kind, name, document) AS SELECT NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TEMP TRIGGER IF NOT EXISTS define_run INSTEAD OF INSERT ON define
BEGIN
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE NOT EXISTS (SELECT 1 FROM tenant WHERE name = NEW.tenant);
    DELETE FROM definition
    WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND kind = NEW.kind AND name = NEW.name;
    INSERT INTO definition (tenant, kind, name, document)
    SELECT id, NEW.kind, NEW.name, NEW.document FROM tenant WHERE name = NEW.tenant AND NEW.document IS NOT NULL;
    UPDATE tenant SET revision = random() WHERE name = NEW.tenant;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT id, NEW.at, 'admin', iif(NEW.document IS NULL, 'undefine', 'define'),
        iif(NEW.kind = 'schema', 'Schema', 'ResourceType'), NEW.name, 0, '[]'
    FROM tenant WHERE name = NEW.tenant;
END;

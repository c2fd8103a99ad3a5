-- Issuers whose tokens a tenant takes.

-- Trusts an issuer, or changes how. Keys that came from another address are forgotten.
CREATE TEMP VIEW IF NOT EXISTS trust (tenant, at, issuer, jwks_uri, audience, mapping) AS
SELECT NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TEMP TRIGGER IF NOT EXISTS trust_run INSTEAD OF INSERT ON trust
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

CREATE TEMP VIEW IF NOT EXISTS distrust (tenant, at, issuer) AS SELECT NULL, NULL, NULL WHERE 0;

CREATE TEMP TRIGGER IF NOT EXISTS distrust_run INSTEAD OF INSERT ON distrust
BEGIN
    DELETE FROM trusted_issuer WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND issuer = NEW.issuer;
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE changes() = 0;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT id, NEW.at, 'admin', 'distrust', 'Issuer', NEW.issuer, 0, '[]' FROM tenant WHERE name = NEW.tenant;
END;

-- Policies of a tenant, in versions.

-- Adds a version and makes it the active one. `version` must be the one after the latest; versions before `oldest` go.
CREATE TEMP VIEW IF NOT EXISTS publish_policy (tenant, at, version, oldest, note, count, policies, schema) AS
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TEMP TRIGGER IF NOT EXISTS publish_policy_run INSTEAD OF INSERT ON publish_policy
BEGIN
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE NOT EXISTS (SELECT 1 FROM tenant WHERE name = NEW.tenant);
    INSERT INTO active_policy (tenant, latest)
    SELECT id, 0 FROM tenant
    WHERE name = NEW.tenant AND NOT EXISTS (SELECT 1 FROM active_policy WHERE active_policy.tenant = tenant.id);
    SELECT RAISE(ABORT, 'rollcall: stale') FROM tenant CROSS JOIN active_policy ON active_policy.tenant = tenant.id
    WHERE name = NEW.tenant AND latest <> NEW.version - 1;
    INSERT INTO policy (tenant, version, created, note, count, policies, schema)
    SELECT id, NEW.version, NEW.at, NEW.note, NEW.count, NEW.policies, NEW.schema FROM tenant WHERE name = NEW.tenant;
    UPDATE active_policy SET latest = NEW.version, policy = (
        SELECT id FROM policy WHERE policy.tenant = active_policy.tenant AND version = NEW.version)
    WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant);
    DELETE FROM policy WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND version < NEW.oldest;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT id, NEW.at, 'admin', 'publish', 'PolicySet', name, NEW.version, '[]' FROM tenant WHERE name = NEW.tenant;
END;

-- Makes an earlier version the active one. Where it is already, nothing is written.
CREATE TEMP VIEW IF NOT EXISTS activate_policy (tenant, at, version) AS SELECT NULL, NULL, NULL WHERE 0;

CREATE TEMP TRIGGER IF NOT EXISTS activate_policy_run INSTEAD OF INSERT ON activate_policy
BEGIN
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE NOT EXISTS (
        SELECT 1 FROM tenant CROSS JOIN policy ON policy.tenant = tenant.id
        WHERE name = NEW.tenant AND version = NEW.version);
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT tenant.id, NEW.at, 'admin', 'activate', 'PolicySet', name, version, '[]' FROM tenant
    CROSS JOIN policy ON policy.tenant = tenant.id
    CROSS JOIN active_policy ON active_policy.tenant = tenant.id
    WHERE name = NEW.tenant AND version = NEW.version AND active_policy.policy IS NOT policy.id;
    UPDATE active_policy SET policy = (
        SELECT id FROM policy WHERE policy.tenant = active_policy.tenant AND version = NEW.version)
    WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant);
END;

-- Deletes all versions. Where there is none, nothing is written.
CREATE TEMP VIEW IF NOT EXISTS withdraw_policies (tenant, at) AS SELECT NULL, NULL WHERE 0;

CREATE TEMP TRIGGER IF NOT EXISTS withdraw_policies_run INSTEAD OF INSERT ON withdraw_policies
BEGIN
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE NOT EXISTS (SELECT 1 FROM tenant WHERE name = NEW.tenant);
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT id, NEW.at, 'admin', 'withdraw', 'PolicySet', name, 0, '[]' FROM tenant
    WHERE name = NEW.tenant AND EXISTS (SELECT 1 FROM policy WHERE policy.tenant = tenant.id);
    UPDATE active_policy SET policy = NULL WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant);
    DELETE FROM policy WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant);
END;

-- What an operator sets for a tenant.

CREATE TEMP VIEW IF NOT EXISTS configure (tenant, at, mode, restore_on_create, retention_days,
    ignore_unknown_members, signing_alg,
    access_token_secs, rotation_days, enforce_policies) AS
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TEMP TRIGGER IF NOT EXISTS configure_run INSTEAD OF INSERT ON configure
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
            UNION ALL SELECT 'accessTokenLifetime' WHERE access_token_secs <> NEW.access_token_secs
            UNION ALL SELECT 'keyRotationDays' WHERE rotation_days <> NEW.rotation_days
            UNION ALL SELECT 'enforcePolicies' WHERE enforce_policies <> NEW.enforce_policies))
    FROM tenant WHERE name = NEW.tenant AND (
        mode <> NEW.mode OR restore_on_create <> NEW.restore_on_create OR retention_days <> NEW.retention_days
        OR ignore_unknown_members <> NEW.ignore_unknown_members OR signing_alg <> NEW.signing_alg
        OR access_token_secs <> NEW.access_token_secs OR rotation_days <> NEW.rotation_days
        OR enforce_policies <> NEW.enforce_policies);
    UPDATE tenant SET mode = coalesce(NEW.mode, mode),
        restore_on_create = coalesce(NEW.restore_on_create, restore_on_create),
        retention_days = coalesce(NEW.retention_days, retention_days),
        ignore_unknown_members = coalesce(NEW.ignore_unknown_members, ignore_unknown_members),
        signing_alg = coalesce(NEW.signing_alg, signing_alg),
        access_token_secs = coalesce(NEW.access_token_secs, access_token_secs),
        rotation_days = coalesce(NEW.rotation_days, rotation_days),
        enforce_policies = coalesce(NEW.enforce_policies, enforce_policies),
        revision = random()
    WHERE name = NEW.tenant AND changes() > 0;
END;

-- Suspends a tenant (`suspended` is 1), or ends that. What had not expired then opens the tenant again.
CREATE TEMP VIEW IF NOT EXISTS suspend (tenant, at, suspended) AS SELECT NULL, NULL, NULL WHERE 0;

CREATE TEMP TRIGGER IF NOT EXISTS suspend_run INSTEAD OF INSERT ON suspend
BEGIN
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE NOT EXISTS (SELECT 1 FROM tenant WHERE name = NEW.tenant);
    UPDATE tenant SET suspended = iif(NEW.suspended, NEW.at, 0), revision = random()
    WHERE name = NEW.tenant AND (suspended <> 0) <> NEW.suspended;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT id, NEW.at, 'admin', iif(NEW.suspended, 'suspend', 'resume'), 'Tenant', name, 0, '[]'
    FROM tenant WHERE name = NEW.tenant AND changes() > 0;
END;

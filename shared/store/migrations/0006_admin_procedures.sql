-- What an operator writes: each is one INSERT into a view, and its entry of the change log comes with it.
-- `tenant` is the tenant's name, `at` the time of the write.

-- Changes settings to those that are given (NULL: it stays). Where nothing would differ, nothing is written.
CREATE VIEW configure (tenant, at, mode, restore_on_create, retention_days, ignore_unknown_members) AS
SELECT NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TRIGGER configure_run INSTEAD OF INSERT ON configure
BEGIN
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE NOT EXISTS (SELECT 1 FROM tenant WHERE name = NEW.tenant);
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT id, NEW.at, 'admin', 'configure', 'Tenant', name, 0, (
        SELECT json_group_array(setting) FROM (
            SELECT 'mode' AS setting WHERE mode <> NEW.mode
            UNION ALL SELECT 'restoreOnCreate' WHERE restore_on_create <> NEW.restore_on_create
            UNION ALL SELECT 'retentionDays' WHERE retention_days <> NEW.retention_days
            UNION ALL SELECT 'ignoreUnknownMembers' WHERE ignore_unknown_members <> NEW.ignore_unknown_members))
    FROM tenant WHERE name = NEW.tenant AND (
        mode <> NEW.mode OR restore_on_create <> NEW.restore_on_create OR retention_days <> NEW.retention_days
        OR ignore_unknown_members <> NEW.ignore_unknown_members);
    UPDATE tenant SET mode = coalesce(NEW.mode, mode),
        restore_on_create = coalesce(NEW.restore_on_create, restore_on_create),
        retention_days = coalesce(NEW.retention_days, retention_days),
        ignore_unknown_members = coalesce(NEW.ignore_unknown_members, ignore_unknown_members),
        revision = random()
    WHERE name = NEW.tenant AND changes() > 0;
END;

CREATE VIEW issue (tenant, at, id, name, hash, expires) AS SELECT NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TRIGGER issue_run INSTEAD OF INSERT ON issue
BEGIN
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE NOT EXISTS (SELECT 1 FROM tenant WHERE name = NEW.tenant);
    INSERT INTO token (id, tenant, name, hash, created, expires)
    SELECT NEW.id, id, NEW.name, NEW.hash, NEW.at, NEW.expires FROM tenant WHERE name = NEW.tenant;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT id, NEW.at, 'admin', 'issue', 'Token', NEW.id, 0, '[]' FROM tenant WHERE name = NEW.tenant;
END;

CREATE VIEW revoke (tenant, at, id) AS SELECT NULL, NULL, NULL WHERE 0;

CREATE TRIGGER revoke_run INSTEAD OF INSERT ON revoke
BEGIN
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE NOT EXISTS (
        SELECT 1 FROM token WHERE id = NEW.id AND tenant = (SELECT id FROM tenant WHERE name = NEW.tenant));
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT tenant, NEW.at, 'admin', 'revoke', 'Token', id, 0, '[]' FROM token WHERE id = NEW.id;
    DELETE FROM token WHERE id = NEW.id;
END;

-- Keeps a definition, or takes it away (`document` is NULL). That what is stored fits it is for the caller to see to, in
-- the same transaction.
CREATE VIEW define (tenant, at, kind, name, document) AS SELECT NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TRIGGER define_run INSTEAD OF INSERT ON define
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

-- Brings back a person who was deleted, with their password and in the groups that are still there. `revision` is that
-- of the settings that `doc`, `display`, `folded`, `indexed` and `uniques` were made by; `expected` the version that was
-- read.
CREATE VIEW restore (tenant, revision, at, id, expected, doc, display, folded, indexed, uniques) AS
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TRIGGER restore_run INSTEAD OF INSERT ON restore
BEGIN
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE NOT EXISTS (
        SELECT 1 FROM tenant JOIN deleted ON deleted.tenant = tenant.id
        WHERE tenant.name = NEW.tenant AND deleted.id = NEW.id AND purge > NEW.at);
    SELECT RAISE(ABORT, 'rollcall: reconfigured') WHERE NOT EXISTS (
        SELECT 1 FROM tenant WHERE name = NEW.tenant AND revision = NEW.revision);
    SELECT RAISE(ABORT, 'rollcall: stale') FROM tenant JOIN deleted ON deleted.tenant = tenant.id
    WHERE tenant.name = NEW.tenant AND deleted.id = NEW.id AND version <> NEW.expected;
    INSERT INTO restore_known (tenant, at, id, doc, display, folded, indexed, uniques)
    SELECT id, NEW.at, NEW.id, NEW.doc, NEW.display, NEW.folded, NEW.indexed, NEW.uniques
    FROM tenant WHERE name = NEW.tenant;
    INSERT INTO sweep (at) VALUES (NEW.at);
END;

-- The same with the tenant's number, and with all checked.
CREATE VIEW restore_known (tenant, at, id, doc, display, folded, indexed, uniques) AS
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TRIGGER restore_known_run INSTEAD OF INSERT ON restore_known
BEGIN
    INSERT INTO resource (tenant, type, id, version, created, modified, doc, display, folded)
    SELECT tenant, type, id, version + 1, created, NEW.at, NEW.doc, NEW.display, NEW.folded
    FROM deleted WHERE tenant = NEW.tenant AND id = NEW.id;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT tenant, NEW.at, 'admin', 'restore', type, id, version, '[]'
    FROM resource WHERE tenant = NEW.tenant AND id = NEW.id;
    INSERT INTO counter (tenant, type, count)
    SELECT tenant, type, 1 FROM resource WHERE tenant = NEW.tenant AND id = NEW.id
    ON CONFLICT (tenant, type) DO UPDATE SET count = count + 1;
    INSERT INTO reindex (resource, unindexed, indexed, freed, uniques)
    SELECT seq, '[]', NEW.indexed, '[]', NEW.uniques FROM resource WHERE tenant = NEW.tenant AND id = NEW.id;
    INSERT INTO credential (resource, password, changed)
    SELECT seq, password, password_changed
    FROM deleted JOIN resource ON resource.tenant = deleted.tenant AND resource.id = deleted.id
    WHERE deleted.tenant = NEW.tenant AND deleted.id = NEW.id AND password IS NOT NULL;
    INSERT INTO rejoin (tenant, at, member)
    SELECT tenant, NEW.at, seq FROM resource WHERE tenant = NEW.tenant AND id = NEW.id;
    DELETE FROM deleted WHERE tenant = NEW.tenant AND id = NEW.id;
END;

-- The groups that get a member back get a new version, and an entry in the change log.
CREATE VIEW rejoin (tenant, at, member) AS SELECT NULL, NULL, NULL WHERE 0;

CREATE TRIGGER rejoin_run INSTEAD OF INSERT ON rejoin
BEGIN
    INSERT INTO membership (grp, member, display, folded)
    SELECT g.seq, NEW.member, item.value ->> 'display', item.value ->> 'folded' FROM resource r
    CROSS JOIN deleted d ON d.tenant = r.tenant AND d.id = r.id
    CROSS JOIN json_each(d.groups) item
    CROSS JOIN resource g ON g.tenant = r.tenant AND g.id = item.value ->> 'id' AND g.type = 'Group'
    WHERE r.seq = NEW.member;
    UPDATE resource SET version = version + 1, modified = NEW.at, members = members + 1
    WHERE seq IN (SELECT grp FROM membership WHERE member = NEW.member);
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT tenant, NEW.at, 'admin', 'patch', type, id, version, '["members"]' FROM resource
    WHERE seq IN (SELECT grp FROM membership WHERE member = NEW.member);
END;

-- Forgets a deleted person before their time is over.
CREATE VIEW purge (tenant, at, id) AS SELECT NULL, NULL, NULL WHERE 0;

CREATE TRIGGER purge_run INSTEAD OF INSERT ON purge
BEGIN
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE NOT EXISTS (
        SELECT 1 FROM tenant JOIN deleted ON deleted.tenant = tenant.id
        WHERE tenant.name = NEW.tenant AND deleted.id = NEW.id AND purge > NEW.at);
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT tenant, NEW.at, 'admin', 'purge', type, deleted.id, version, '[]'
    FROM tenant JOIN deleted ON deleted.tenant = tenant.id WHERE tenant.name = NEW.tenant AND deleted.id = NEW.id;
    DELETE FROM deleted WHERE id = NEW.id AND tenant = (SELECT id FROM tenant WHERE name = NEW.tenant);
    INSERT INTO sweep (at) VALUES (NEW.at);
END;

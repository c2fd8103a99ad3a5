-- People that were deleted. `actor` is whom the change log names; NULL is whoever has a token that does not open the tenant.
-- `revision` is that of the settings by which it is done, where there are any.

-- Brings back a person who was deleted, with their password and in the groups that are still there. `doc`, `display`,
-- `folded`, `indexed` and `uniques` were made by the settings; `expected` is the version that was read.
CREATE TEMP VIEW IF NOT EXISTS restore
(tenant, actor, revision, at, id, expected, doc, display, folded, indexed, uniques) AS
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TEMP TRIGGER IF NOT EXISTS restore_run INSTEAD OF INSERT ON restore
BEGIN
    SELECT RAISE(ABORT, 'rollcall: unauthenticated') WHERE NEW.actor IS NULL;
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE NOT EXISTS (
        SELECT 1 FROM tenant JOIN deleted ON deleted.tenant = tenant.id
        WHERE tenant.name = NEW.tenant AND deleted.id = NEW.id AND purge > NEW.at);
    SELECT RAISE(ABORT, 'rollcall: reconfigured') WHERE NOT EXISTS (
        SELECT 1 FROM tenant WHERE name = NEW.tenant AND revision = NEW.revision);
    SELECT RAISE(ABORT, 'rollcall: stale') FROM tenant JOIN deleted ON deleted.tenant = tenant.id
    WHERE tenant.name = NEW.tenant AND deleted.id = NEW.id AND version <> NEW.expected;
    INSERT INTO restore_known (tenant, actor, at, id, doc, display, folded, indexed, uniques)
    SELECT id, NEW.actor, NEW.at, NEW.id, NEW.doc, NEW.display, NEW.folded, NEW.indexed, NEW.uniques
    FROM tenant WHERE name = NEW.tenant;
    INSERT INTO sweep (at) VALUES (NEW.at);
END;

-- The same with the tenant's number, and with all checked.
CREATE TEMP VIEW IF NOT EXISTS restore_known (tenant, actor, at, id, doc, display, folded, indexed, uniques) AS
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TEMP TRIGGER IF NOT EXISTS restore_known_run INSTEAD OF INSERT ON restore_known
BEGIN
    INSERT INTO resource (tenant, type, id, version, created, modified, doc, display, folded, epoch)
    SELECT tenant, type, id, version + 1, created, NEW.at, NEW.doc, NEW.display, NEW.folded, max(NEW.at, epoch + 1)
    FROM deleted WHERE tenant = NEW.tenant AND id = NEW.id;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT tenant, NEW.at, NEW.actor, 'restore', type, id, version, '[]'
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
    INSERT INTO rejoin (tenant, actor, at, member)
    SELECT tenant, NEW.actor, NEW.at, seq FROM resource WHERE tenant = NEW.tenant AND id = NEW.id;
    DELETE FROM deleted WHERE tenant = NEW.tenant AND id = NEW.id;
END;

-- The groups that get a member back get a new version, and an entry in the change log.
CREATE TEMP VIEW IF NOT EXISTS rejoin (tenant, actor, at, member) AS SELECT NULL, NULL, NULL, NULL WHERE 0;

CREATE TEMP TRIGGER IF NOT EXISTS rejoin_run INSTEAD OF INSERT ON rejoin
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
    SELECT tenant, NEW.at, NEW.actor, 'patch', type, id, version, '["members"]' FROM resource
    WHERE seq IN (SELECT grp FROM membership WHERE member = NEW.member);
END;

-- Forgets a deleted person before their time is over.
CREATE TEMP VIEW IF NOT EXISTS purge (tenant, actor, revision, at, id) AS
SELECT NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TEMP TRIGGER IF NOT EXISTS purge_run INSTEAD OF INSERT ON purge
BEGIN
    SELECT RAISE(ABORT, 'rollcall: unauthenticated') WHERE NEW.actor IS NULL;
    SELECT RAISE(ABORT, 'rollcall: reconfigured') FROM tenant
    WHERE name = NEW.tenant AND revision <> NEW.revision;
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE NOT EXISTS (
        SELECT 1 FROM tenant JOIN deleted ON deleted.tenant = tenant.id
        WHERE tenant.name = NEW.tenant AND deleted.id = NEW.id AND purge > NEW.at);
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT tenant, NEW.at, NEW.actor, 'purge', type, deleted.id, version, '[]'
    FROM tenant JOIN deleted ON deleted.tenant = tenant.id WHERE tenant.name = NEW.tenant AND deleted.id = NEW.id;
    DELETE FROM deleted WHERE id = NEW.id AND tenant = (SELECT id FROM tenant WHERE name = NEW.tenant);
    INSERT INTO sweep (at) VALUES (NEW.at);
END;

-- The write procedure. One INSERT into `write` does a whole write, or none of it: it checks the token, the settings that
-- the caller went by and the expected version, and keeps documents, index, constraints, memberships, counters and change
-- log in step.
-- `tenant` is the tenant's name, `hash` the caller's token, `revision` that of the settings, `at` the time of the write.
-- `expected` is the version that must be there (NULL: any). `doc` is the new document (NULL: it stays), `display` and
-- `folded` what groups show of it; `unindexed`, `indexed`, `freed` and `uniques` are as `reindex` takes them, `members` as
-- `enrol` does. `password` is a hash (NULL: it stays). `attributes` names what differs, for the change log.

-- Hashes of passwords, and no part of a document, so that no reading of one can show them.
CREATE TABLE credential (
    resource INTEGER PRIMARY KEY,
    password TEXT NOT NULL,
    changed  INTEGER NOT NULL
) STRICT;

-- People that were deleted, for as long as the tenant keeps them. Nothing on the wire shows them. `version` is that of
-- the deletion, `groups` has the memberships, with the ids of the groups.
CREATE TABLE deleted (
    tenant           INTEGER NOT NULL REFERENCES tenant,
    id               TEXT NOT NULL,
    type             TEXT NOT NULL,
    version          INTEGER NOT NULL,
    created          INTEGER NOT NULL,
    deleted          INTEGER NOT NULL,
    purge            INTEGER NOT NULL,
    doc              TEXT NOT NULL,
    password         TEXT,
    password_changed INTEGER,
    groups           TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX deleted_by_purge ON deleted (purge);

-- Forgets those whose time is over, a bounded number at once.
CREATE VIEW sweep (at) AS SELECT NULL WHERE 0;

CREATE TRIGGER sweep_run INSTEAD OF INSERT ON sweep
BEGIN
    DELETE FROM deleted WHERE (tenant, id) IN (SELECT tenant, id FROM deleted WHERE purge <= NEW.at LIMIT 100);
END;

CREATE VIEW write
(tenant, hash, revision, at, operation, type, id, expected, doc, display, folded, unindexed, indexed, freed, uniques,
    members, password, attributes) AS
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
WHERE 0;

CREATE TRIGGER write_run INSTEAD OF INSERT ON write
BEGIN
    SELECT RAISE(ABORT, 'rollcall: unauthenticated') WHERE NOT EXISTS (
        SELECT 1 FROM access WHERE hash = NEW.hash AND name = NEW.tenant AND (expires IS NULL OR expires > NEW.at));
    SELECT RAISE(ABORT, 'rollcall: reconfigured') WHERE NOT EXISTS (
        SELECT 1 FROM tenant WHERE name = NEW.tenant AND revision = NEW.revision);
    INSERT INTO write_create
    (tenant, actor, at, operation, type, id, doc, display, folded, indexed, uniques, members, password, attributes)
    SELECT tenant, 'token:' || token, NEW.at, NEW.operation, NEW.type, NEW.id, NEW.doc, NEW.display, NEW.folded,
        NEW.indexed, NEW.uniques, NEW.members, NEW.password, NEW.attributes
    FROM access WHERE hash = NEW.hash AND NEW.operation = 'create';
    INSERT INTO write_update
    (tenant, actor, at, operation, type, id, expected, doc, display, folded, unindexed, indexed, freed, uniques, members,
        password, attributes)
    SELECT tenant, 'token:' || token, NEW.at, NEW.operation, NEW.type, NEW.id, NEW.expected, NEW.doc, NEW.display,
        NEW.folded, NEW.unindexed, NEW.indexed, NEW.freed, NEW.uniques, NEW.members, NEW.password, NEW.attributes
    FROM access WHERE hash = NEW.hash AND NEW.operation IN ('replace', 'patch');
    INSERT INTO write_delete (tenant, actor, at, retention_days, type, id, expected)
    SELECT tenant, 'token:' || token, NEW.at, retention_days, NEW.type, NEW.id, NEW.expected
    FROM access WHERE hash = NEW.hash AND NEW.operation = 'delete';
END;

CREATE VIEW write_create
(tenant, actor, at, operation, type, id, doc, display, folded, indexed, uniques, members, password, attributes) AS
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TRIGGER write_create_run INSTEAD OF INSERT ON write_create
BEGIN
    INSERT INTO resource (tenant, type, id, version, created, modified, doc, display, folded)
    VALUES (NEW.tenant, NEW.type, NEW.id, 1, NEW.at, NEW.at, NEW.doc, NEW.display, NEW.folded);
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    VALUES (NEW.tenant, NEW.at, NEW.actor, NEW.operation, NEW.type, NEW.id, 1, NEW.attributes);
    INSERT INTO counter (tenant, type, count) VALUES (NEW.tenant, NEW.type, 1)
    ON CONFLICT (tenant, type) DO UPDATE SET count = count + 1;
    INSERT INTO reindex (resource, unindexed, indexed, freed, uniques)
    SELECT seq, '[]', NEW.indexed, '[]', NEW.uniques FROM resource WHERE tenant = NEW.tenant AND id = NEW.id;
    INSERT INTO enrol (tenant, grp, members)
    SELECT NEW.tenant, seq, NEW.members FROM resource
    WHERE tenant = NEW.tenant AND id = NEW.id AND NEW.members IS NOT NULL;
    INSERT INTO credential (resource, password, changed)
    SELECT seq, NEW.password, NEW.at FROM resource
    WHERE tenant = NEW.tenant AND id = NEW.id AND NEW.password IS NOT NULL;
END;

CREATE VIEW write_update
(tenant, actor, at, operation, type, id, expected, doc, display, folded, unindexed, indexed, freed, uniques, members,
    password, attributes) AS
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;

-- Where nothing would differ, nothing is written: no version, no entry of the change log.
CREATE TRIGGER write_update_run INSTEAD OF INSERT ON write_update
BEGIN
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE NOT EXISTS (
        SELECT 1 FROM resource WHERE tenant = NEW.tenant AND id = NEW.id AND type = NEW.type);
    SELECT RAISE(ABORT, 'rollcall: stale') FROM resource
    WHERE tenant = NEW.tenant AND id = NEW.id AND version <> NEW.expected;
    UPDATE resource SET version = version + 1, modified = NEW.at, doc = coalesce(NEW.doc, doc)
    WHERE tenant = NEW.tenant AND id = NEW.id AND (
        NEW.doc IS NOT NULL
        OR NEW.password IS NOT NULL
        OR EXISTS (
            SELECT 1 FROM json_each(NEW.members, '$.add') item
            CROSS JOIN resource c
                ON c.tenant = NEW.tenant AND c.id = item.value ->> 'id' AND c.type IN ('User', 'Group')
            WHERE NOT EXISTS (
                SELECT 1 FROM membership m
                WHERE m.grp = resource.seq AND m.member = c.seq AND (NOT NEW.members ->> '$.clear'
                    OR coalesce(m.display, '') = coalesce(nullif(item.value ->> 'display', c.display), ''))))
        OR EXISTS (
            SELECT 1 FROM json_each(NEW.members, '$.remove') item
            CROSS JOIN resource c ON c.tenant = NEW.tenant AND c.id = item.value
            CROSS JOIN membership m ON m.grp = resource.seq AND m.member = c.seq)
        OR (NEW.members ->> '$.clear' AND EXISTS (
            SELECT 1 FROM membership m WHERE m.grp = resource.seq AND m.member NOT IN (
                SELECT c.seq FROM json_each(NEW.members, '$.add') item
                CROSS JOIN resource c ON c.tenant = NEW.tenant AND c.id = item.value ->> 'id'))));
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT tenant, NEW.at, NEW.actor, NEW.operation, type, id, version, NEW.attributes FROM resource
    WHERE tenant = NEW.tenant AND id = NEW.id AND changes() > 0;
    UPDATE resource SET display = NEW.display, folded = NEW.folded
    WHERE tenant = NEW.tenant AND id = NEW.id AND NEW.doc IS NOT NULL AND display IS NOT NEW.display;
    INSERT INTO reindex (resource, unindexed, indexed, freed, uniques)
    SELECT seq, NEW.unindexed, NEW.indexed, NEW.freed, NEW.uniques FROM resource
    WHERE tenant = NEW.tenant AND id = NEW.id AND NEW.doc IS NOT NULL;
    INSERT INTO enrol (tenant, grp, members)
    SELECT NEW.tenant, seq, NEW.members FROM resource
    WHERE tenant = NEW.tenant AND id = NEW.id AND NEW.members IS NOT NULL;
    INSERT INTO credential (resource, password, changed)
    SELECT seq, NEW.password, NEW.at FROM resource
    WHERE tenant = NEW.tenant AND id = NEW.id AND NEW.password IS NOT NULL
    ON CONFLICT (resource) DO UPDATE SET password = excluded.password, changed = excluded.changed;
END;

CREATE VIEW write_delete (tenant, actor, at, retention_days, type, id, expected) AS
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TRIGGER write_delete_run INSTEAD OF INSERT ON write_delete
BEGIN
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE NOT EXISTS (
        SELECT 1 FROM resource WHERE tenant = NEW.tenant AND id = NEW.id AND type = NEW.type);
    SELECT RAISE(ABORT, 'rollcall: stale') FROM resource
    WHERE tenant = NEW.tenant AND id = NEW.id AND version <> NEW.expected;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT tenant, NEW.at, NEW.actor, 'delete', type, id, version + 1, '[]'
    FROM resource WHERE tenant = NEW.tenant AND id = NEW.id;
    INSERT INTO bereave (tenant, actor, at, member)
    SELECT tenant, NEW.actor, NEW.at, seq FROM resource WHERE tenant = NEW.tenant AND id = NEW.id;
    INSERT INTO sweep (at) VALUES (NEW.at);
    INSERT INTO deleted (tenant, id, type, version, created, deleted, purge, doc, password, password_changed, groups)
    SELECT tenant, id, type, version + 1, created, NEW.at, NEW.at + NEW.retention_days * 86400000000, doc,
        (SELECT password FROM credential WHERE credential.resource = seq),
        (SELECT changed FROM credential WHERE credential.resource = seq),
        (SELECT json_group_array(json_object('id', g.id, 'display', m.display, 'folded', m.folded))
            FROM membership m JOIN resource g ON g.seq = m.grp WHERE m.member = resource.seq)
    FROM resource WHERE tenant = NEW.tenant AND id = NEW.id AND type = 'User' AND NEW.retention_days > 0;
    DELETE FROM resource WHERE tenant = NEW.tenant AND id = NEW.id;
END;

-- The groups that lose a member with its resource get a new version, and an entry in the change log.
CREATE VIEW bereave (tenant, actor, at, member) AS SELECT NULL, NULL, NULL, NULL WHERE 0;

CREATE TRIGGER bereave_run INSTEAD OF INSERT ON bereave
BEGIN
    UPDATE resource SET version = version + 1, modified = NEW.at, members = members - 1
    WHERE seq IN (SELECT grp FROM membership WHERE member = NEW.member AND grp <> NEW.member);
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT tenant, NEW.at, NEW.actor, 'patch', type, id, version, '["members"]' FROM resource
    WHERE seq IN (SELECT grp FROM membership WHERE member = NEW.member AND grp <> NEW.member);
END;

CREATE TRIGGER resource_deleted AFTER DELETE ON resource
BEGIN
    DELETE FROM attribute WHERE resource = OLD.seq;
    DELETE FROM unique_value WHERE resource = OLD.seq;
    DELETE FROM trigram WHERE rowid = OLD.seq;
    DELETE FROM ungathered WHERE resource = OLD.seq;
    DELETE FROM membership WHERE grp = OLD.seq;
    DELETE FROM membership WHERE member = OLD.seq;
    DELETE FROM credential WHERE resource = OLD.seq;
    UPDATE counter SET count = count - 1 WHERE tenant = OLD.tenant AND type = OLD.type;
END;

CREATE TRIGGER tenant_deleting BEFORE DELETE ON tenant
BEGIN
    DELETE FROM token WHERE tenant = OLD.id;
    DELETE FROM resource WHERE tenant = OLD.id;
    DELETE FROM deleted WHERE tenant = OLD.id;
    DELETE FROM definition WHERE tenant = OLD.id;
    DELETE FROM counter WHERE tenant = OLD.id;
    DELETE FROM change WHERE tenant = OLD.id;
END;

-- Who may read and write, and whose access ends with a write. Three kinds of credential open a tenant: `token` is a
-- provisioning token, and `opaque` an opaque access token, by their hashes; `jwt` is an access token that is no row, as
-- a JSON array of its client, the client's epoch, its expiry, its jti, its grant, its person and the person's epoch;
-- the last three may be null.

DROP VIEW access;

-- Which provisioning token opens which tenant.
CREATE VIEW access AS
SELECT tenant.id AS tenant, tenant.name AS name, tenant.revision AS revision, tenant.retention_days AS retention_days,
    token.hash AS hash, token.id AS token, token.expires AS expires
FROM tenant JOIN token ON token.tenant = tenant.id
WHERE NOT tenant.suspended;

DROP VIEW write;

CREATE VIEW write
(tenant, kind, credential, revision, at, operation, type, id, expected, doc, display, folded, unindexed, indexed, freed,
    uniques, members, password, attributes) AS
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
WHERE 0;

CREATE TRIGGER write_run INSTEAD OF INSERT ON write
BEGIN
    SELECT RAISE(ABORT, 'rollcall: unauthenticated') WHERE NOT CASE NEW.kind
        WHEN 'token' THEN EXISTS (
            SELECT 1 FROM access
            WHERE hash = NEW.credential AND name = NEW.tenant AND (expires IS NULL OR expires > NEW.at))
        WHEN 'opaque' THEN EXISTS (
            SELECT 1 FROM tenant t CROSS JOIN live_access_token a ON a.tenant = t.id AND a.hash = NEW.credential
            WHERE t.name = NEW.tenant AND a.expires > NEW.at)
        WHEN 'jwt' THEN EXISTS (
            SELECT 1 FROM tenant t CROSS JOIN client c ON c.tenant = t.id AND c.id = NEW.credential ->> 0
            WHERE t.name = NEW.tenant AND NOT t.suspended AND NOT c.disabled AND c.epoch = NEW.credential ->> 1
                AND NEW.credential ->> 2 > NEW.at
                AND NOT EXISTS (SELECT 1 FROM revoked_token v WHERE v.tenant = t.id AND v.jti = NEW.credential ->> 3)
                AND (NEW.credential ->> 4 IS NULL OR EXISTS (
                    SELECT 1 FROM auth_grant g
                    WHERE g.tenant = t.id AND g.id = NEW.credential ->> 4 AND g.revoked IS NULL))
                AND (NEW.credential ->> 5 IS NULL OR EXISTS (
                    SELECT 1 FROM resource p
                    WHERE p.tenant = t.id AND p.id = NEW.credential ->> 5 AND p.type = 'User'
                        AND p.epoch = NEW.credential ->> 6)))
        ELSE 0 END;
    SELECT RAISE(ABORT, 'rollcall: reconfigured') WHERE NOT EXISTS (
        SELECT 1 FROM tenant WHERE name = NEW.tenant AND revision = NEW.revision);
    INSERT INTO write_known
    (tenant, actor, retention_days, at, operation, type, id, expected, doc, display, folded, unindexed, indexed, freed,
        uniques, members, password, attributes)
    SELECT t.id, CASE NEW.kind
            WHEN 'token' THEN (SELECT 'token:' || token.id FROM token WHERE hash = NEW.credential)
            WHEN 'opaque' THEN (
                SELECT coalesce('user:' || person, 'client:' || client) FROM access_token a
                WHERE a.tenant = t.id AND a.hash = NEW.credential)
            ELSE coalesce('user:' || (NEW.credential ->> 5), 'client:' || (NEW.credential ->> 0)) END,
        retention_days, NEW.at, NEW.operation, NEW.type, NEW.id, NEW.expected, NEW.doc, NEW.display, NEW.folded,
        NEW.unindexed, NEW.indexed, NEW.freed, NEW.uniques, NEW.members, NEW.password, NEW.attributes
    FROM tenant t WHERE name = NEW.tenant;
END;

-- The same with all checked: the tenant's number, and who writes.
CREATE VIEW write_known
(tenant, actor, retention_days, at, operation, type, id, expected, doc, display, folded, unindexed, indexed, freed, uniques,
    members, password, attributes) AS
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
WHERE 0;

CREATE TRIGGER write_known_run INSTEAD OF INSERT ON write_known
BEGIN
    INSERT INTO write_create
    (tenant, actor, at, operation, type, id, doc, display, folded, indexed, uniques, members, password, attributes)
    SELECT NEW.tenant, NEW.actor, NEW.at, NEW.operation, NEW.type, NEW.id, NEW.doc, NEW.display, NEW.folded, NEW.indexed,
        NEW.uniques, NEW.members, NEW.password, NEW.attributes
    WHERE NEW.operation = 'create';
    INSERT INTO write_update
    (tenant, actor, at, operation, type, id, expected, doc, display, folded, unindexed, indexed, freed, uniques, members,
        password, attributes)
    SELECT NEW.tenant, NEW.actor, NEW.at, NEW.operation, NEW.type, NEW.id, NEW.expected, NEW.doc, NEW.display, NEW.folded,
        NEW.unindexed, NEW.indexed, NEW.freed, NEW.uniques, NEW.members, NEW.password, NEW.attributes
    WHERE NEW.operation IN ('replace', 'patch');
    INSERT INTO write_delete (tenant, actor, at, retention_days, type, id, expected)
    SELECT NEW.tenant, NEW.actor, NEW.at, NEW.retention_days, NEW.type, NEW.id, NEW.expected
    WHERE NEW.operation = 'delete';
END;

-- What follows is as it was, and sets the epochs: no new one is that of another time of the same person.

DROP TRIGGER write_create_run;

CREATE TRIGGER write_create_run INSTEAD OF INSERT ON write_create
BEGIN
    INSERT INTO resource (tenant, type, id, version, created, modified, doc, display, folded, epoch)
    VALUES (NEW.tenant, NEW.type, NEW.id, 1, NEW.at, NEW.at, NEW.doc, NEW.display, NEW.folded, NEW.at);
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

DROP TRIGGER write_update_run;

-- Where nothing would differ, nothing is written: no version, no entry of the change log. A person's access ends when
-- they become inactive.
CREATE TRIGGER write_update_run INSTEAD OF INSERT ON write_update
BEGIN
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE NOT EXISTS (
        SELECT 1 FROM resource WHERE tenant = NEW.tenant AND id = NEW.id AND type = NEW.type);
    SELECT RAISE(ABORT, 'rollcall: stale') FROM resource
    WHERE tenant = NEW.tenant AND id = NEW.id AND version <> NEW.expected;
    UPDATE resource SET version = version + 1, modified = NEW.at, doc = coalesce(NEW.doc, doc),
        epoch = iif(
            NEW.type = 'User' AND NEW.doc ->> '$.active' = 0 AND coalesce(doc ->> '$.active', 1),
            max(NEW.at, epoch + 1), epoch)
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

DROP TRIGGER write_delete_run;

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
    INSERT INTO deleted (tenant, id, type, version, created, deleted, purge, doc, epoch, password, password_changed,
        groups)
    SELECT tenant, id, type, version + 1, created, NEW.at, NEW.at + NEW.retention_days * 86400000000, doc, epoch,
        (SELECT password FROM credential WHERE credential.resource = seq),
        (SELECT changed FROM credential WHERE credential.resource = seq),
        (SELECT json_group_array(json_object('id', g.id, 'display', m.display, 'folded', m.folded))
            FROM membership m JOIN resource g ON g.seq = m.grp WHERE m.member = resource.seq)
    FROM resource WHERE tenant = NEW.tenant AND id = NEW.id AND type = 'User' AND NEW.retention_days > 0;
    DELETE FROM resource WHERE tenant = NEW.tenant AND id = NEW.id;
END;

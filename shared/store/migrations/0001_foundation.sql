-- Statements are separated by a semicolon and an empty line, since a host runs one statement a call;
-- so no statement, triggers included, has an empty line of its own.
-- Times are microseconds since the Unix epoch, UTC.

CREATE TABLE tenant (
    id      INTEGER PRIMARY KEY,
    name    TEXT NOT NULL UNIQUE,
    created INTEGER NOT NULL
) STRICT;

-- Provisioning tokens. Only the SHA-256 of a token is kept.
CREATE TABLE token (
    id      TEXT NOT NULL PRIMARY KEY,
    tenant  INTEGER NOT NULL REFERENCES tenant,
    name    TEXT NOT NULL,
    hash    BLOB NOT NULL UNIQUE,
    created INTEGER NOT NULL,
    expires INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX token_by_tenant ON token (tenant, created);

-- `doc` is the resource's attributes as JSON, without what other columns and tables say (id, meta, schemas).
CREATE TABLE resource (
    seq      INTEGER PRIMARY KEY,
    tenant   INTEGER NOT NULL REFERENCES tenant,
    type     TEXT NOT NULL,
    id       TEXT NOT NULL,
    version  INTEGER NOT NULL,
    created  INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    doc      TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX resource_by_id ON resource (tenant, id);

CREATE INDEX resource_by_type ON resource (tenant, type);

CREATE INDEX resource_by_created ON resource (tenant, type, created);

CREATE INDEX resource_by_modified ON resource (tenant, type, modified);

-- A number for each attribute path of a tenant's resource type, so that the search index stays narrow.
CREATE TABLE path (
    id     INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL REFERENCES tenant,
    type   TEXT NOT NULL,
    name   TEXT NOT NULL,
    UNIQUE (tenant, type, name)
) STRICT;

-- The search index: every value of every searchable attribute, typed, case-folded where the schema says so.
-- `element` tells the elements of a multi-valued attribute apart; 0 is the primary one, else the first.
CREATE TABLE attribute (
    resource INTEGER NOT NULL,
    path     INTEGER NOT NULL,
    element  INTEGER NOT NULL,
    value    ANY NOT NULL,
    PRIMARY KEY (resource, path, element, value)
) STRICT, WITHOUT ROWID;

CREATE INDEX attribute_by_value ON attribute (path, value);

-- What the schema declares unique within the tenant.
CREATE TABLE unique_value (
    path     INTEGER NOT NULL,
    value    TEXT NOT NULL,
    resource INTEGER NOT NULL,
    PRIMARY KEY (path, value)
) STRICT, WITHOUT ROWID;

CREATE INDEX unique_value_by_resource ON unique_value (resource);

-- How many resources of a type a tenant has, so that `totalResults` needs no scan.
CREATE TABLE counter (
    tenant INTEGER NOT NULL REFERENCES tenant,
    type   TEXT NOT NULL,
    count  INTEGER NOT NULL,
    PRIMARY KEY (tenant, type)
) STRICT, WITHOUT ROWID;

-- Who did what and when: audit log, event feed and outbox in one. `attributes` names, and never holds, values.
CREATE TABLE change (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant     INTEGER NOT NULL REFERENCES tenant,
    at         INTEGER NOT NULL,
    actor      TEXT NOT NULL,
    operation  TEXT NOT NULL,
    type       TEXT NOT NULL,
    resource   TEXT NOT NULL,
    version    INTEGER NOT NULL,
    attributes TEXT NOT NULL
) STRICT;

CREATE INDEX change_by_tenant ON change (tenant, seq);

-- Which token opens which tenant.
CREATE VIEW access AS
SELECT tenant.id AS tenant, tenant.name AS name, token.hash AS hash, token.id AS token, token.expires AS expires
FROM tenant JOIN token ON token.tenant = tenant.id;

-- The write procedure. One INSERT into `write` does a whole write, or none of it: it checks the token and the expected
-- version, and keeps documents, index, constraints, counters and change log in step.
-- `tenant` is the tenant's name, `hash` the caller's token, `at` the time of the write. `expected` is the version that
-- must be there (NULL: any, or none for a create). `unindexed` and `indexed` are the index entries that go and come, as
-- JSON arrays of [path, element, value]; `freed` and `uniques` the unique values, as JSON arrays of [path, value].
CREATE VIEW write
(tenant, hash, at, operation, type, id, expected, doc, unindexed, indexed, freed, uniques, attributes) AS
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TRIGGER write_run INSTEAD OF INSERT ON write
BEGIN
    SELECT RAISE(ABORT, 'rollcall: unauthenticated') WHERE NOT EXISTS (
        SELECT 1 FROM access WHERE hash = NEW.hash AND name = NEW.tenant AND (expires IS NULL OR expires > NEW.at));
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT access.tenant, NEW.at, 'token:' || token, NEW.operation, NEW.type, NEW.id, 1 + coalesce(resource.version, 0),
        NEW.attributes
    FROM access LEFT JOIN resource ON resource.tenant = access.tenant AND resource.id = NEW.id
    WHERE hash = NEW.hash;
    INSERT INTO write_create (tenant, at, type, id, doc, indexed, uniques)
    SELECT tenant, NEW.at, NEW.type, NEW.id, NEW.doc, NEW.indexed, NEW.uniques
    FROM access WHERE hash = NEW.hash AND NEW.operation = 'create';
    INSERT INTO write_update (tenant, at, type, id, expected, doc, unindexed, indexed, freed, uniques)
    SELECT tenant, NEW.at, NEW.type, NEW.id, NEW.expected, NEW.doc, NEW.unindexed, NEW.indexed, NEW.freed, NEW.uniques
    FROM access WHERE hash = NEW.hash AND NEW.operation IN ('replace', 'patch');
    INSERT INTO write_delete (tenant, type, id, expected)
    SELECT tenant, NEW.type, NEW.id, NEW.expected
    FROM access WHERE hash = NEW.hash AND NEW.operation = 'delete';
END;

CREATE VIEW write_create (tenant, at, type, id, doc, indexed, uniques) AS
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TRIGGER write_create_run INSTEAD OF INSERT ON write_create
BEGIN
    INSERT INTO resource (tenant, type, id, version, created, modified, doc)
    VALUES (NEW.tenant, NEW.type, NEW.id, 1, NEW.at, NEW.at, NEW.doc);
    INSERT INTO reindex (tenant, type, resource, unindexed, indexed, freed, uniques)
    SELECT NEW.tenant, NEW.type, seq, '[]', NEW.indexed, '[]', NEW.uniques
    FROM resource WHERE tenant = NEW.tenant AND id = NEW.id;
    INSERT INTO counter (tenant, type, count) VALUES (NEW.tenant, NEW.type, 1)
    ON CONFLICT (tenant, type) DO UPDATE SET count = count + 1;
END;

CREATE VIEW write_update (tenant, at, type, id, expected, doc, unindexed, indexed, freed, uniques) AS
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TRIGGER write_update_run INSTEAD OF INSERT ON write_update
BEGIN
    SELECT RAISE(ABORT, 'rollcall: stale') WHERE NOT EXISTS (
        SELECT 1 FROM resource
        WHERE tenant = NEW.tenant AND id = NEW.id AND type = NEW.type AND version = NEW.expected);
    UPDATE resource SET version = version + 1, modified = NEW.at, doc = NEW.doc
    WHERE tenant = NEW.tenant AND id = NEW.id;
    INSERT INTO reindex (tenant, type, resource, unindexed, indexed, freed, uniques)
    SELECT NEW.tenant, NEW.type, seq, NEW.unindexed, NEW.indexed, NEW.freed, NEW.uniques
    FROM resource WHERE tenant = NEW.tenant AND id = NEW.id;
END;

CREATE VIEW write_delete (tenant, type, id, expected) AS
SELECT NULL, NULL, NULL, NULL WHERE 0;

CREATE TRIGGER write_delete_run INSTEAD OF INSERT ON write_delete
BEGIN
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE NOT EXISTS (
        SELECT 1 FROM resource WHERE tenant = NEW.tenant AND id = NEW.id AND type = NEW.type);
    SELECT RAISE(ABORT, 'rollcall: stale') WHERE EXISTS (
        SELECT 1 FROM resource WHERE tenant = NEW.tenant AND id = NEW.id AND version <> NEW.expected);
    DELETE FROM resource WHERE tenant = NEW.tenant AND id = NEW.id;
END;

-- Brings the search index and the unique values of one resource in line with its new document.
CREATE VIEW reindex (tenant, type, resource, unindexed, indexed, freed, uniques) AS
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TRIGGER reindex_run INSTEAD OF INSERT ON reindex
BEGIN
    INSERT INTO path (tenant, type, name)
    SELECT NEW.tenant, NEW.type, item.name FROM (
        SELECT value ->> 0 AS name FROM json_each(NEW.indexed)
        UNION SELECT value ->> 0 FROM json_each(NEW.uniques)) item
    WHERE NOT EXISTS (
        SELECT 1 FROM path WHERE tenant = NEW.tenant AND type = NEW.type AND name = item.name);
    DELETE FROM unique_value WHERE (path, value) IN (
        SELECT path.id, item.value ->> 1 FROM json_each(NEW.freed) item
        CROSS JOIN path ON path.tenant = NEW.tenant AND path.type = NEW.type AND path.name = item.value ->> 0);
    INSERT INTO unique_value (path, value, resource)
    SELECT path.id, item.value ->> 1, NEW.resource FROM json_each(NEW.uniques) item
    CROSS JOIN path ON path.tenant = NEW.tenant AND path.type = NEW.type AND path.name = item.value ->> 0;
    DELETE FROM attribute WHERE (resource, path, element, value) IN (
        SELECT NEW.resource, path.id, item.value ->> 1, item.value ->> 2 FROM json_each(NEW.unindexed) item
        CROSS JOIN path ON path.tenant = NEW.tenant AND path.type = NEW.type AND path.name = item.value ->> 0);
    INSERT INTO attribute (resource, path, element, value)
    SELECT NEW.resource, path.id, item.value ->> 1, item.value ->> 2 FROM json_each(NEW.indexed) item
    CROSS JOIN path ON path.tenant = NEW.tenant AND path.type = NEW.type AND path.name = item.value ->> 0;
END;

CREATE TRIGGER resource_deleted AFTER DELETE ON resource
BEGIN
    DELETE FROM attribute WHERE resource = OLD.seq;
    DELETE FROM unique_value WHERE resource = OLD.seq;
    UPDATE counter SET count = count - 1 WHERE tenant = OLD.tenant AND type = OLD.type;
END;

CREATE TRIGGER tenant_deleting BEFORE DELETE ON tenant
BEGIN
    DELETE FROM token WHERE tenant = OLD.id;
    DELETE FROM resource WHERE tenant = OLD.id;
    DELETE FROM path WHERE tenant = OLD.id;
    DELETE FROM counter WHERE tenant = OLD.id;
    DELETE FROM change WHERE tenant = OLD.id;
END;

INSERT INTO tenant (name, created) VALUES ('default', 0);

-- What an operator sets for a tenant. `revision` is drawn anew at every change, so that an instance that remembers
-- settings can tell in the statement that does its work whether they still hold.

ALTER TABLE tenant ADD COLUMN mode TEXT NOT NULL DEFAULT 'compat';

ALTER TABLE tenant ADD COLUMN restore_on_create INTEGER NOT NULL DEFAULT 0;

ALTER TABLE tenant ADD COLUMN retention_days INTEGER NOT NULL DEFAULT 0;

ALTER TABLE tenant ADD COLUMN ignore_unknown_members INTEGER NOT NULL DEFAULT 0;

ALTER TABLE tenant ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;

UPDATE tenant SET revision = random();

-- Custom schemas and resource types, in their wire form.
CREATE TABLE definition (
    tenant   INTEGER NOT NULL REFERENCES tenant,
    kind     TEXT NOT NULL CHECK (kind IN ('schema', 'resource type')),
    name     TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (tenant, kind, name)
) STRICT, WITHOUT ROWID;

-- The service's own secret: paging cursors are signed with it.
CREATE TABLE service (
    cursor_key BLOB NOT NULL
) STRICT;

INSERT INTO service (cursor_key) VALUES (randomblob(32));

DROP VIEW access;

-- Which token opens which tenant.
CREATE VIEW access AS
SELECT tenant.id AS tenant, tenant.name AS name, tenant.revision AS revision, tenant.retention_days AS retention_days,
    token.hash AS hash, token.id AS token, token.expires AS expires
FROM tenant JOIN token ON token.tenant = tenant.id;

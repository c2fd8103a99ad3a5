-- The search index, so that a write costs less: a path's number is worked out by the caller and says what its values
-- are kept for, and what is found by its parts is gathered by the batch. The index is filled anew after this.

DROP VIEW reindex;

DROP VIEW write;

DROP VIEW write_create;

DROP VIEW write_update;

DROP VIEW write_delete;

DROP TRIGGER resource_deleted;

DROP TRIGGER tenant_deleting;

DROP TABLE attribute;

DROP TABLE unique_value;

DROP TABLE path;

-- Every value of every searchable attribute, typed, case-folded where the schema says so.
-- `path` is the tenant's number, a hash of resource type and attribute path, and two bits: 1, its values are looked up
-- by `attribute_by_value`; 2, its values are text that is found by its parts, too.
-- `element` tells the elements of a multi-valued attribute apart; 0 is the primary one, else the first.
CREATE TABLE attribute (
    resource INTEGER NOT NULL,
    path     INTEGER NOT NULL,
    element  INTEGER NOT NULL,
    value    ANY NOT NULL,
    PRIMARY KEY (resource, path, element, value)
) STRICT, WITHOUT ROWID;

CREATE INDEX attribute_by_value ON attribute (path, value) WHERE path & 1;

-- What the schema declares unique within the tenant. Text is looked up here, and not in `attribute_by_value`.
CREATE TABLE unique_value (
    path     INTEGER NOT NULL,
    value    TEXT NOT NULL,
    resource INTEGER NOT NULL,
    PRIMARY KEY (path, value)
) STRICT, WITHOUT ROWID;

CREATE INDEX unique_value_by_resource ON unique_value (resource);

-- Which three characters stand anywhere in the text of a resource. It names candidates; the index above decides.
CREATE VIRTUAL TABLE trigram USING fts5 (
    text, content = '', contentless_delete = 1, detail = none, tokenize = 'trigram case_sensitive 1'
);

-- Resources whose text has changed since `trigram` took it. They are candidates always, and few.
CREATE TABLE ungathered (
    resource INTEGER PRIMARY KEY
) STRICT;

DROP INDEX resource_by_type;

-- Brings the search index and the unique values of one resource in line with its new document. `unindexed` and
-- `indexed` are the index entries that go and come, as JSON arrays of [path, element, value]; `freed` and `uniques` the
-- unique values, as JSON arrays of [path, value].
CREATE VIEW reindex (resource, unindexed, indexed, freed, uniques) AS
SELECT NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TRIGGER reindex_run INSTEAD OF INSERT ON reindex
BEGIN
    DELETE FROM unique_value WHERE (path, value) IN (
        SELECT value ->> 0, value ->> 1 FROM json_each(NEW.freed));
    INSERT INTO unique_value (path, value, resource)
    SELECT value ->> 0, value ->> 1, NEW.resource FROM json_each(NEW.uniques);
    DELETE FROM attribute WHERE (resource, path, element, value) IN (
        SELECT NEW.resource, value ->> 0, value ->> 1, value ->> 2 FROM json_each(NEW.unindexed));
    INSERT INTO attribute (resource, path, element, value)
    SELECT NEW.resource, value ->> 0, value ->> 1, value ->> 2 FROM json_each(NEW.indexed);
    INSERT INTO ungathered (resource)
    SELECT NEW.resource WHERE NEW.resource NOT IN (SELECT resource FROM ungathered) AND EXISTS (
        SELECT 1 FROM json_each(NEW.indexed) item WHERE item.value ->> 0 & 2 AND item.value ->> 2 NOT IN (
            SELECT value ->> 2 FROM json_each(NEW.unindexed)));
    INSERT INTO gather (due) SELECT 1 WHERE (SELECT count(*) FROM ungathered) >= 128;
END;

-- Takes the text of all `ungathered` resources into `trigram`, which is much cheaper for many at once.
CREATE VIEW gather (due) AS SELECT NULL WHERE 0;

CREATE TRIGGER gather_run INSTEAD OF INSERT ON gather
BEGIN
    INSERT OR REPLACE INTO trigram (rowid, text)
    SELECT resource, (
        SELECT group_concat(value, char(10)) FROM attribute
        WHERE attribute.resource = ungathered.resource AND path & 2)
    FROM ungathered;
    DELETE FROM ungathered;
END;

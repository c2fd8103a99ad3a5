-- The index by parts takes a row for each text that a resource comes to have, and keeps the old ones: it names
-- candidates only, and taking a text out costs many times what adding one does. A row's number is sixteen times the
-- resource's, and the last four bits of its version, so that no resource has more than sixteen.

DROP TRIGGER gather_run;

DROP TRIGGER resource_deleted;

CREATE TRIGGER gather_run INSTEAD OF INSERT ON gather
BEGIN
    INSERT OR REPLACE INTO trigram (rowid, text)
    SELECT 16 * seq + (version & 15), (
        SELECT group_concat(value, char(10)) FROM attribute WHERE attribute.resource = seq AND path & 2)
    FROM ungathered CROSS JOIN resource ON seq = ungathered.resource;
    DELETE FROM ungathered;
END;

CREATE TRIGGER resource_deleted AFTER DELETE ON resource
BEGIN
    DELETE FROM attribute WHERE resource = OLD.seq;
    DELETE FROM unique_value WHERE resource = OLD.seq;
    DELETE FROM trigram WHERE rowid BETWEEN 16 * OLD.seq AND 16 * OLD.seq + 15;
    DELETE FROM ungathered WHERE resource = OLD.seq;
    DELETE FROM membership WHERE grp = OLD.seq;
    DELETE FROM membership WHERE member = OLD.seq;
    DELETE FROM credential WHERE resource = OLD.seq;
    UPDATE counter SET count = count - 1 WHERE tenant = OLD.tenant AND type = OLD.type;
END;

INSERT INTO trigram (trigram) VALUES ('delete-all');

INSERT INTO trigram (rowid, text)
SELECT 16 * seq + (version & 15), group_concat(value, char(10))
FROM resource CROSS JOIN attribute ON attribute.resource = seq AND path & 2
GROUP BY seq;

DELETE FROM ungathered;

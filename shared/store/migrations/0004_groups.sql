-- Groups: who is a member of what. Memberships are rows, and no part of a group's document.

-- What a group shows of its member, as it is and in the form in which it is compared.
ALTER TABLE resource ADD COLUMN display TEXT;

ALTER TABLE resource ADD COLUMN folded TEXT;

-- How many direct members a group has.
ALTER TABLE resource ADD COLUMN members INTEGER NOT NULL DEFAULT 0;

-- All that is shown of a member, so that a long list of them needs no documents.
CREATE INDEX resource_card ON resource (seq, tenant, id, type, display);

-- `display` and `folded` are what the client wants to be shown, where that is not the name that the member has.
CREATE TABLE membership (
    grp     INTEGER NOT NULL,
    member  INTEGER NOT NULL,
    display TEXT,
    folded  TEXT,
    PRIMARY KEY (grp, member)
) STRICT, WITHOUT ROWID;

CREATE INDEX membership_by_member ON membership (member, grp);

-- Changes the direct members of a group. `members` is a JSON object: `clear` is 1 if all go that `add` does not name,
-- `remove` is an array of ids, and `add` one of objects with `id`, and `display` and `folded` if the client gives them.
-- Ids in `remove` that are no members are passed over. One in `add` who is a member already stays as they are, unless all
-- members are given anew.
CREATE VIEW enrol (tenant, grp, members) AS SELECT NULL, NULL, NULL WHERE 0;

CREATE TRIGGER enrol_run INSTEAD OF INSERT ON enrol
BEGIN
    SELECT RAISE(ABORT, 'rollcall: no such member') FROM json_each(NEW.members, '$.add') item
    WHERE NOT (SELECT ignore_unknown_members FROM tenant WHERE id = NEW.tenant) AND NOT EXISTS (
        SELECT 1 FROM resource c
        WHERE c.tenant = NEW.tenant AND c.id = item.value ->> 'id' AND c.type IN ('User', 'Group'));
    DELETE FROM membership
    WHERE grp = NEW.grp AND NEW.members ->> '$.clear' AND (member, coalesce(display, '')) NOT IN (
        SELECT c.seq, coalesce(nullif(item.value ->> 'display', c.display), '') FROM json_each(NEW.members, '$.add') item
        CROSS JOIN resource c ON c.tenant = NEW.tenant AND c.id = item.value ->> 'id');
    UPDATE resource SET members = members - changes() WHERE seq = NEW.grp AND changes() > 0;
    DELETE FROM membership
    WHERE grp = NEW.grp AND member IN (
        SELECT c.seq FROM json_each(NEW.members, '$.remove') item
        CROSS JOIN resource c ON c.tenant = NEW.tenant AND c.id = item.value);
    UPDATE resource SET members = members - changes() WHERE seq = NEW.grp AND changes() > 0;
    INSERT OR IGNORE INTO membership (grp, member, display, folded)
    SELECT NEW.grp, c.seq, nullif(item.value ->> 'display', c.display),
        CASE WHEN item.value ->> 'display' <> c.display THEN item.value ->> 'folded' END
    FROM json_each(NEW.members, '$.add') item
    CROSS JOIN resource c ON c.tenant = NEW.tenant AND c.id = item.value ->> 'id' AND c.type IN ('User', 'Group');
    UPDATE resource SET members = members + changes() WHERE seq = NEW.grp AND changes() > 0;
END;

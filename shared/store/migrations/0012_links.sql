-- What a token ends with that was made from others, beside its own client, person and grant: an array of arrays of `person`,
-- `client`, `grant` or `token`, its id, and its epoch then. A JWT as a credential has it at its end, as text.

ALTER TABLE access_token ADD COLUMN links TEXT;

DROP VIEW live_access_token;

CREATE VIEW live_access_token AS
SELECT tenant, hash, id, client, client_epoch, person, person_epoch, auth_grant, links, scope, audience, jkt, act, issued,
    expires
FROM access_token a
WHERE EXISTS (SELECT 1 FROM tenant t WHERE t.id = a.tenant AND NOT t.suspended)
    AND EXISTS (
        SELECT 1 FROM client c
        WHERE c.tenant = a.tenant AND c.id = a.client AND c.epoch = a.client_epoch AND NOT c.disabled)
    AND (person IS NULL OR EXISTS (
        SELECT 1 FROM resource p
        WHERE p.tenant = a.tenant AND p.id = a.person AND p.type = 'User' AND p.epoch = a.person_epoch))
    AND (auth_grant IS NULL OR EXISTS (
        SELECT 1 FROM auth_grant g WHERE g.tenant = a.tenant AND g.id = a.auth_grant AND g.revoked IS NULL))
    AND (links IS NULL OR NOT EXISTS (
        SELECT 1 FROM json_each(links) item WHERE NOT CASE item.value ->> 0
            WHEN 'person' THEN EXISTS (
                SELECT 1 FROM resource lp
                WHERE lp.tenant = a.tenant AND lp.id = item.value ->> 1 AND lp.type = 'User' AND lp.epoch = item.value ->> 2)
            WHEN 'client' THEN EXISTS (
                SELECT 1 FROM client lc
                WHERE lc.tenant = a.tenant AND lc.id = item.value ->> 1 AND lc.epoch = item.value ->> 2 AND NOT lc.disabled)
            WHEN 'grant' THEN EXISTS (
                SELECT 1 FROM auth_grant lg WHERE lg.tenant = a.tenant AND lg.id = item.value ->> 1 AND lg.revoked IS NULL)
            WHEN 'token' THEN NOT EXISTS (
                SELECT 1 FROM revoked_token lv WHERE lv.tenant = a.tenant AND lv.jti = item.value ->> 1)
            ELSE 0 END));

DROP TRIGGER write_run;

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
                        AND p.epoch = NEW.credential ->> 6))
                AND (NEW.credential ->> 7 IS NULL OR NOT EXISTS (
                    SELECT 1 FROM json_each(NEW.credential ->> 7) item WHERE NOT CASE item.value ->> 0
                        WHEN 'person' THEN EXISTS (
                            SELECT 1 FROM resource lp
                            WHERE lp.tenant = t.id AND lp.id = item.value ->> 1 AND lp.type = 'User'
                                AND lp.epoch = item.value ->> 2)
                        WHEN 'client' THEN EXISTS (
                            SELECT 1 FROM client lc
                            WHERE lc.tenant = t.id AND lc.id = item.value ->> 1 AND NOT lc.disabled
                                AND lc.epoch = item.value ->> 2)
                        WHEN 'grant' THEN EXISTS (
                            SELECT 1 FROM auth_grant lg
                            WHERE lg.tenant = t.id AND lg.id = item.value ->> 1 AND lg.revoked IS NULL)
                        WHEN 'token' THEN NOT EXISTS (
                            SELECT 1 FROM revoked_token lv WHERE lv.tenant = t.id AND lv.jti = item.value ->> 1)
                        ELSE 0 END)))
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

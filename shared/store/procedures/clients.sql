-- Clients and their secrets.

-- Adds a client, with a secret if it has one. `initial` is the hash of the token that allows it (NULL: the operator
-- does).
CREATE TEMP VIEW IF NOT EXISTS register_client
(tenant, at, initial, id, name, token_format, registration, metadata, secret, secret_hash, secret_expires) AS
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TEMP TRIGGER IF NOT EXISTS register_client_run INSTEAD OF INSERT ON register_client
BEGIN
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE NOT EXISTS (SELECT 1 FROM tenant WHERE name = NEW.tenant);
    SELECT RAISE(ABORT, 'rollcall: unauthenticated') WHERE NEW.initial IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM tenant t CROSS JOIN initial_access_token i ON i.tenant = t.id AND i.hash = NEW.initial
        WHERE t.name = NEW.tenant AND NOT t.suspended AND (i.expires IS NULL OR i.expires > NEW.at)
            AND (i.uses IS NULL OR i.uses > 0));
    UPDATE initial_access_token SET uses = uses - 1
    WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND hash = NEW.initial AND uses IS NOT NULL;
    INSERT INTO client (tenant, id, name, token_format, epoch, created, modified, registration, metadata)
    SELECT id, NEW.id, NEW.name, NEW.token_format, NEW.at, NEW.at, NEW.at, NEW.registration, NEW.metadata
    FROM tenant WHERE name = NEW.tenant;
    INSERT INTO client_secret (tenant, client, id, hash, created, expires)
    SELECT id, NEW.id, NEW.secret, NEW.secret_hash, NEW.at, NEW.secret_expires
    FROM tenant WHERE name = NEW.tenant AND NEW.secret IS NOT NULL;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT t.id, NEW.at, coalesce((
            SELECT 'registration:' || i.id FROM initial_access_token i WHERE i.tenant = t.id AND i.hash = NEW.initial),
        'admin'), 'register', 'Client', NEW.id, 0, '[]'
    FROM tenant t WHERE name = NEW.tenant;
END;

-- Checks the token of RFC 7592 §2 with which a client manages itself; `registration` is its hash.
CREATE TEMP VIEW IF NOT EXISTS managed_client (tenant, id, registration) AS SELECT NULL, NULL, NULL WHERE 0;

CREATE TEMP TRIGGER IF NOT EXISTS managed_client_run INSTEAD OF INSERT ON managed_client
BEGIN
    SELECT RAISE(ABORT, 'rollcall: unauthenticated') WHERE NOT EXISTS (
        SELECT 1 FROM tenant t CROSS JOIN client c ON c.tenant = t.id AND c.id = NEW.id
        WHERE t.name = NEW.tenant AND NOT t.suspended AND NOT c.disabled AND c.registration = NEW.registration);
END;

-- Replaces what a client has registered. `registration` as above (NULL: the operator does it), `next_registration` is
-- that of the token that takes its place (NULL: it stays).
CREATE TEMP VIEW IF NOT EXISTS revise_client (tenant, at, registration, id, name, token_format, next_registration,
    metadata) AS
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TEMP TRIGGER IF NOT EXISTS revise_client_run INSTEAD OF INSERT ON revise_client
BEGIN
    INSERT INTO managed_client (tenant, id, registration)
    SELECT NEW.tenant, NEW.id, NEW.registration WHERE NEW.registration IS NOT NULL;
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE NOT EXISTS (
        SELECT 1 FROM client WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND id = NEW.id);
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT c.tenant, NEW.at, iif(NEW.registration IS NULL, 'admin', 'client:' || NEW.id), 'configure', 'Client', c.id, 0, (
        SELECT json_group_array(what) FROM (
            SELECT 'name' AS what WHERE c.name <> NEW.name
            UNION ALL SELECT 'tokenFormat' WHERE c.token_format <> NEW.token_format
            UNION ALL SELECT 'metadata' WHERE c.metadata <> NEW.metadata))
    FROM tenant t CROSS JOIN client c ON c.tenant = t.id AND c.id = NEW.id WHERE t.name = NEW.tenant;
    UPDATE client SET name = NEW.name, token_format = NEW.token_format, modified = NEW.at, metadata = NEW.metadata,
        registration = coalesce(NEW.next_registration, registration)
    WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND id = NEW.id;
END;

CREATE TEMP VIEW IF NOT EXISTS remove_client (tenant, at, registration, id) AS SELECT NULL, NULL, NULL, NULL WHERE 0;

CREATE TEMP TRIGGER IF NOT EXISTS remove_client_run INSTEAD OF INSERT ON remove_client
BEGIN
    INSERT INTO managed_client (tenant, id, registration)
    SELECT NEW.tenant, NEW.id, NEW.registration WHERE NEW.registration IS NOT NULL;
    DELETE FROM client_secret WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND client = NEW.id;
    DELETE FROM client WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND id = NEW.id;
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE changes() = 0;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT id, NEW.at, iif(NEW.registration IS NULL, 'admin', 'client:' || NEW.id), 'delete', 'Client', NEW.id, 0, '[]'
    FROM tenant WHERE name = NEW.tenant;
END;

-- Disables a client (`disabled` is 1), or enables it again. Either way its tokens are dead for good.
CREATE TEMP VIEW IF NOT EXISTS switch_client (tenant, at, id, disabled) AS SELECT NULL, NULL, NULL, NULL WHERE 0;

CREATE TEMP TRIGGER IF NOT EXISTS switch_client_run INSTEAD OF INSERT ON switch_client
BEGIN
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE NOT EXISTS (
        SELECT 1 FROM client WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND id = NEW.id);
    UPDATE client SET disabled = NEW.disabled, epoch = max(NEW.at, epoch + 1), modified = NEW.at
    WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND id = NEW.id AND disabled <> NEW.disabled;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT id, NEW.at, 'admin', iif(NEW.disabled, 'disable', 'enable'), 'Client', NEW.id, 0, '[]'
    FROM tenant WHERE name = NEW.tenant AND changes() > 0;
END;

-- Adds a secret to a client; at most two are valid at a time. Those that it has end at `others_end` at the latest,
-- unless that is NULL.
CREATE TEMP VIEW IF NOT EXISTS add_secret (tenant, at, client, id, hash, expires, others_end) AS
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TEMP TRIGGER IF NOT EXISTS add_secret_run INSTEAD OF INSERT ON add_secret
BEGIN
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE NOT EXISTS (
        SELECT 1 FROM client WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND id = NEW.client);
    UPDATE client_secret SET expires = NEW.others_end
    WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND client = NEW.client
        AND NEW.others_end IS NOT NULL AND (expires IS NULL OR expires > NEW.others_end);
    DELETE FROM client_secret
    WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND client = NEW.client AND +expires <= NEW.at;
    SELECT RAISE(ABORT, 'rollcall: too many') WHERE (
        SELECT count(*) FROM client_secret
        WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND client = NEW.client) >= 2;
    INSERT INTO client_secret (tenant, client, id, hash, created, expires)
    SELECT id, NEW.client, NEW.id, NEW.hash, NEW.at, NEW.expires FROM tenant WHERE name = NEW.tenant;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT id, NEW.at, 'admin', 'issue', 'ClientSecret', NEW.id, 0, '[]' FROM tenant WHERE name = NEW.tenant;
END;

CREATE TEMP VIEW IF NOT EXISTS remove_secret (tenant, at, client, id) AS SELECT NULL, NULL, NULL, NULL WHERE 0;

CREATE TEMP TRIGGER IF NOT EXISTS remove_secret_run INSTEAD OF INSERT ON remove_secret
BEGIN
    DELETE FROM client_secret
    WHERE tenant = (SELECT id FROM tenant WHERE name = NEW.tenant) AND client = NEW.client AND id = NEW.id;
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE changes() = 0;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT id, NEW.at, 'admin', 'revoke', 'ClientSecret', NEW.id, 0, '[]' FROM tenant WHERE name = NEW.tenant;
END;

-- Opaque access tokens.

CREATE TEMP VIEW IF NOT EXISTS issue_access (tenant, at, hash, id, client, client_epoch, person, person_epoch,
    auth_grant, links, scope, audience, jkt, act, expires) AS
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;

CREATE TEMP TRIGGER IF NOT EXISTS issue_access_run INSTEAD OF INSERT ON issue_access
BEGIN
    SELECT RAISE(ABORT, 'rollcall: not found') WHERE NOT EXISTS (SELECT 1 FROM tenant WHERE name = NEW.tenant);
    INSERT INTO access_token (tenant, hash, id, client, client_epoch, person, person_epoch, auth_grant, links, scope,
        audience, jkt, act, issued, expires)
    SELECT tenant.id, NEW.hash, NEW.id, NEW.client, NEW.client_epoch, NEW.person, NEW.person_epoch, NEW.auth_grant,
        NEW.links, NEW.scope, NEW.audience, NEW.jkt, NEW.act, NEW.at, NEW.expires
    FROM tenant WHERE name = NEW.tenant;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT id, NEW.at, 'client:' || NEW.client, 'issue', 'AccessToken', NEW.id, 0, '[]'
    FROM tenant WHERE name = NEW.tenant;
END;

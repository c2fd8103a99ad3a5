-- What is not written all the time is made by the connection that needs it, as `src/procedures.rs` says.

DROP VIEW configure;

DROP VIEW issue;

DROP VIEW revoke;

DROP VIEW define;

DROP VIEW restore;

DROP VIEW restore_known;

DROP VIEW rejoin;

DROP VIEW purge;

-- A refresh token that is used has a successor, which lives as long as it was to live itself, and no longer than the
-- grant.
CREATE TRIGGER refresh_token_used AFTER UPDATE OF used ON refresh_token
BEGIN
    INSERT INTO refresh_token (tenant, hash, auth_grant, created, expires)
    SELECT NEW.tenant, NEW.successor, NEW.auth_grant, NEW.used, min(NEW.used + NEW.expires - NEW.created, expires)
    FROM auth_grant WHERE tenant = NEW.tenant AND id = NEW.auth_grant;
    INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes)
    SELECT tenant, NEW.used, 'client:' || client, 'refresh', 'Grant', id, 0, '[]'
    FROM auth_grant WHERE tenant = NEW.tenant AND id = NEW.auth_grant;
END;

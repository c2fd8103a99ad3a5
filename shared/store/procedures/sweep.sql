-- Forgets what has expired, a bounded number of each at once.
CREATE TEMP VIEW IF NOT EXISTS sweep_tokens (at) AS SELECT NULL WHERE 0;

CREATE TEMP TRIGGER IF NOT EXISTS sweep_tokens_run INSTEAD OF INSERT ON sweep_tokens
BEGIN
    DELETE FROM used_token WHERE (tenant, hash) IN (
        SELECT tenant, hash FROM used_token WHERE expires <= NEW.at LIMIT 500);
    DELETE FROM access_token WHERE (tenant, hash) IN (
        SELECT tenant, hash FROM access_token WHERE expires <= NEW.at LIMIT 500);
    DELETE FROM refresh_token WHERE (tenant, hash) IN (
        SELECT tenant, hash FROM refresh_token WHERE expires <= NEW.at LIMIT 500);
    DELETE FROM auth_grant WHERE (tenant, id) IN (
        SELECT tenant, id FROM auth_grant WHERE expires <= NEW.at LIMIT 500);
    DELETE FROM revoked_token WHERE (tenant, jti) IN (
        SELECT tenant, jti FROM revoked_token WHERE expires <= NEW.at LIMIT 500);
    DELETE FROM client_secret WHERE (tenant, client, id) IN (
        SELECT tenant, client, id FROM client_secret WHERE expires <= NEW.at LIMIT 500);
    DELETE FROM initial_access_token WHERE (tenant, id) IN (
        SELECT tenant, id FROM initial_access_token WHERE expires <= NEW.at LIMIT 500);
    INSERT INTO sweep (at) VALUES (NEW.at);
END;

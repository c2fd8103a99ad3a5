-- Policy sets: every upload is a version of its own, and one of them is active. The change log has the versions, and
-- nothing of what they say.

-- `id` is never used again, so that whoever remembers a policy set can tell by it whether it is still the active one.
CREATE TABLE policy (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant   INTEGER NOT NULL REFERENCES tenant,
    version  INTEGER NOT NULL,
    created  INTEGER NOT NULL,
    note     TEXT,
    count    INTEGER NOT NULL,
    policies TEXT NOT NULL,
    schema   TEXT,
    UNIQUE (tenant, version)
) STRICT;

-- `latest` is the version that was uploaded last; its number is not given again, not even when all have been deleted.
CREATE TABLE active_policy (
    tenant INTEGER PRIMARY KEY REFERENCES tenant,
    policy INTEGER REFERENCES policy,
    latest INTEGER NOT NULL
) STRICT;

CREATE INDEX active_policy_by_policy ON active_policy (policy);

-- Whether the SCIM endpoints ask the policies before they do anything.
ALTER TABLE tenant ADD COLUMN enforce_policies INTEGER NOT NULL DEFAULT 0;

CREATE TRIGGER tenant_deleting_policies BEFORE DELETE ON tenant
BEGIN
    DELETE FROM active_policy WHERE tenant = OLD.id;
    DELETE FROM policy WHERE tenant = OLD.id;
END;

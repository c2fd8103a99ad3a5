//! `dev.json`: where the service is and the secrets to use it with, for scripts and test tools.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tempfile::NamedTempFile;

use super::client::Credentials;
use super::random;

/// The contents of the file.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct DevFile {
    pub(super) base_url: String,
    pub(super) scim_url: String,
    /// A provisioning token of the default tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) scim_token: Option<String>,
    pub(super) admin_token: String,
    /// Seals the signing keys in the database, so it must stay as long as that does.
    #[serde(default)]
    pub(super) master_key: String,
    /// A client that gets tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) client: Option<Credentials>,
    /// A client that is an API: it is sent tokens, and introspects them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) api: Option<Credentials>,
    /// What others keep in the file.
    #[serde(flatten)]
    other: Map<String, Value>,
    #[serde(skip)]
    path: PathBuf,
}

impl DevFile {
    /// Reads the file in `state_dir`, or starts a new one with an admin token of its own, and
    /// writes it with the new address.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub(super) fn open(state_dir: &Path, base_url: &str) -> Result<Self> {
        let path = state_dir.join("dev.json");
        let scim_url = format!("{base_url}/scim/v2");
        let base_url = base_url.to_owned();
        let mut file = match fs::read(&path) {
            Ok(json) => {
                let old: Self = serde_json::from_slice(&json).with_context(|| {
                    format!(
                        "cannot read {}; delete it, and the next start makes new tokens",
                        path.display()
                    )
                })?;
                Self {
                    base_url,
                    scim_url,
                    path,
                    ..old
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Self {
                base_url,
                scim_url,
                scim_token: None,
                admin_token: random::hex::<32>()?,
                master_key: String::new(),
                client: None,
                api: None,
                other: Map::new(),
                path,
            },
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", path.display()));
            }
        };
        // A file of an earlier release has none.
        if file.master_key.is_empty() {
            file.master_key = random::base64url::<32>()?;
        }
        file.save()?;
        Ok(file)
    }

    /// Writes the file so that readers see the old one or the new one, and only its owner can read
    /// it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn save(&self) -> Result<()> {
        let write = || -> Result<()> {
            let folder = self.path.parent().unwrap_or(Path::new("."));
            // A temporary file is made with mode 0600.
            let mut file = NamedTempFile::new_in(folder)?;
            serde_json::to_writer_pretty(&mut file, self)?;
            file.write_all(b"\n")?;
            file.as_file().sync_all()?;
            file.persist(&self.path)?;
            Ok(())
        };
        write().with_context(|| format!("cannot write {}", self.path.display()))
    }

    /// Where the file is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_new_file_is_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let file = DevFile::open(folder.path(), "http://127.0.0.1:3000").unwrap();
        assert_eq!(file.scim_url, "http://127.0.0.1:3000/scim/v2");
        assert_eq!(file.admin_token.len(), 64);
        assert_eq!(file.master_key.len(), 43);
        let mode = fs::metadata(file.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_second_start_keeps_secrets_and_unknown_keys_and_takes_the_new_address() {
        let folder = tempfile::tempdir().unwrap();
        let mut first = DevFile::open(folder.path(), "http://127.0.0.1:3000").unwrap();
        first.scim_token = Some("t".to_owned());
        first.client = Some(Credentials {
            client_id: "c".to_owned(),
            client_secret: "s".to_owned(),
        });
        first.other.insert("of_another".into(), "o".into());
        first.save().unwrap();

        let second = DevFile::open(folder.path(), "http://127.0.0.1:4000").unwrap();
        assert_eq!(second.base_url, "http://127.0.0.1:4000");
        assert_eq!(second.admin_token, first.admin_token);
        assert_eq!(second.master_key, first.master_key);
        assert_eq!(second.scim_token, first.scim_token);
        assert_eq!(second.client, first.client);
        assert_eq!(second.api, None);
        assert_eq!(second.other, first.other);
    }

    #[test]
    fn a_file_without_a_master_key_gets_one_that_stays() {
        let folder = tempfile::tempdir().unwrap();
        let old = r#"{"base_url":"b","scim_url":"s","admin_token":"a"}"#;
        fs::write(folder.path().join("dev.json"), old).unwrap();
        let first = DevFile::open(folder.path(), "http://127.0.0.1:3000").unwrap();
        assert_eq!(first.admin_token, "a");
        assert_eq!(first.master_key.len(), 43);
        let second = DevFile::open(folder.path(), "http://127.0.0.1:3000").unwrap();
        assert_eq!(second.master_key, first.master_key);
    }

    #[test]
    fn a_damaged_file_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("dev.json");
        fs::write(&path, "{").unwrap();
        let error = DevFile::open(folder.path(), "http://127.0.0.1:3000").unwrap_err();
        assert!(error.to_string().contains("delete it"));
        assert_eq!(fs::read(&path).unwrap(), b"{");
    }
}

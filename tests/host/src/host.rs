//! Starting and stopping an application in this process.

use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result};
use tokio::runtime::Runtime;

use crate::{
    app::{App, Options},
    engine,
    instance::Reuse,
    manifest::Manifest,
    serve,
};

/// A running application, which stops when this is dropped.
///
/// It runs on threads of its own, so that it behaves the same in any caller's runtime.
pub struct Host {
    app: Arc<App>,
    runtime: Option<Runtime>,
}

/// What to start, and how.
#[derive(Clone, Debug)]
pub struct Builder {
    manifest: PathBuf,
    state_dir: Option<PathBuf>,
    cache_dir: Option<PathBuf>,
    runtime_config: Option<PathBuf>,
    listen: SocketAddr,
    variables: HashMap<String, String>,
    reuse: Reuse,
    echo: bool,
}

impl Host {
    /// A host for the application whose `spin.toml` is at `manifest`.
    pub fn builder(manifest: impl AsRef<Path>) -> Builder {
        Builder {
            manifest: manifest.as_ref().to_owned(),
            state_dir: None,
            cache_dir: None,
            runtime_config: None,
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            variables: HashMap::new(),
            reuse: Reuse::default(),
            echo: false,
        }
    }

    /// The address that it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.app.address
    }

    /// `http://<address>`, without a slash at the end.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.app.address)
    }

    /// The public routes and their components, in the order of the manifest.
    pub fn routes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.app
            .router
            .routes()
            .iter()
            .map(|route| (route.raw.as_str(), route.component.as_str()))
    }

    /// Stops it. Requests under way are cut off, as under Spin.
    pub async fn stop(mut self) {
        self.app.stop();
        if let Some(runtime) = self.runtime.take() {
            let stopped =
                tokio::task::spawn_blocking(|| runtime.shutdown_timeout(Duration::from_secs(5)));
            // It is over either way.
            let _ = stopped.await;
        }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.app.stop();
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Builder {
    /// Where databases, stores and logs are; `.spin` beside the manifest if not given.
    pub fn state_dir(mut self, dir: impl AsRef<Path>) -> Self {
        self.state_dir = Some(dir.as_ref().to_owned());
        self
    }

    /// Where compiled code is kept. The first host of a process decides for all.
    pub fn cache_dir(mut self, dir: impl AsRef<Path>) -> Self {
        self.cache_dir = Some(dir.as_ref().to_owned());
        self
    }

    /// Sets an application variable.
    pub fn variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    /// Listens on `address`; the default is a free port of the loopback interface.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// Reads the runtime configuration at `file`.
    pub fn runtime_config(mut self, file: impl AsRef<Path>) -> Self {
        self.runtime_config = Some(file.as_ref().to_owned());
        self
    }

    /// Reuses instances in another way than Spin does by default.
    pub fn reuse(mut self, reuse: Reuse) -> Self {
        self.reuse = reuse;
        self
    }

    /// Copies the output of components, which is always in `<state-dir>/logs`, to stderr.
    pub fn echo(mut self, echo: bool) -> Self {
        self.echo = echo;
        self
    }

    /// Starts the application; it accepts connections when this returns.
    ///
    /// # Errors
    /// When the manifest or the runtime configuration asks for something that is wrong, missing or
    /// not supported, a `.wasm` file is missing, or the address is taken.
    pub async fn start(self) -> Result<Host> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(
                std::thread::available_parallelism().map_or(4, |cores| cores.get().max(4)),
            )
            .thread_name("rollcall-host")
            .enable_all()
            .build()?;
        let (app, runtime) = match runtime.spawn(self.load()).await {
            Ok(Ok(app)) => (app, runtime),
            Ok(Err(error)) => {
                runtime.shutdown_background();
                return Err(error);
            }
            Err(panic) => {
                runtime.shutdown_background();
                return Err(panic.into());
            }
        };
        Ok(Host {
            app,
            runtime: Some(runtime),
        })
    }

    async fn load(self) -> Result<Arc<App>> {
        let manifest = Manifest::load(&self.manifest)?;
        let state_dir = self.state_dir.unwrap_or_else(|| manifest.dir.join(".spin"));
        let cache_dir = self
            .cache_dir
            .unwrap_or_else(|| default_cache(&manifest.dir, &state_dir));
        let listener = serve::bind(self.listen).await?;
        let options = Options {
            state_dir: &state_dir,
            runtime_config: self.runtime_config.as_deref(),
            variables: &self.variables,
            reuse: self.reuse,
            echo: self.echo,
        };
        let address = listener.local_addr().context("cannot listen")?;
        let load = || App::load(&manifest, &options, engine::shared(&cache_dir)?, address);
        let app = tokio::task::block_in_place(load)?;
        tokio::spawn(serve::serve(Arc::clone(&app), listener));
        Ok(app)
    }
}

/// `target/` of the workspace that the application is in, or else the state folder.
fn default_cache(manifest_dir: &Path, state_dir: &Path) -> PathBuf {
    manifest_dir
        .ancestors()
        .find(|dir| dir.join("Cargo.lock").is_file())
        .map_or_else(
            || state_dir.join("cache"),
            |root| root.join("target/rollcall-host-cache"),
        )
}

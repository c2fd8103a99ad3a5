//! A loaded application: its routes, and a handler for each component.

use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Empty, Full, combinators::UnsyncBoxBody};
use wasmtime_wasi_http::handler::{ProxyHandler, Request};

use crate::{
    engine::{Prepared, Shared},
    headers,
    instance::{Handler, Reuse},
    key_value::Backend,
    logs::Logs,
    manifest::{Component, Manifest, TriggerRoute},
    outbound::allow::AllowedHosts,
    route::{Match, RESERVED, Router},
    runtime_config::RuntimeConfig,
    state::Grants,
    variables::{self, Values},
};

/// What the host answers with.
pub(crate) type Answer = Response<UnsyncBoxBody<Bytes, wasmtime::Error>>;

/// Who a component that is called by another one sees as its client, as under Spin.
const CHAINED_CLIENT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

/// A running application.
pub(crate) struct App {
    pub(crate) router: Router,
    pub(crate) address: SocketAddr,
    stopping: AtomicBool,
    handlers: HashMap<String, ProxyHandler<Handler>>,
    info: String,
}

/// What a start was asked for.
pub(crate) struct Options<'a> {
    pub(crate) state_dir: &'a Path,
    pub(crate) runtime_config: Option<&'a Path>,
    pub(crate) variables: &'a HashMap<String, String>,
    pub(crate) reuse: Reuse,
    /// Whether the output of components goes to stderr too.
    pub(crate) echo: bool,
}

impl App {
    /// Says that the instances are about to be cut off.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Loads what `manifest` names, to be served at `address`.
    pub(crate) fn load(
        manifest: &Manifest,
        options: &Options<'_>,
        shared: &'static Shared,
        address: SocketAddr,
    ) -> Result<Arc<Self>> {
        std::fs::create_dir_all(options.state_dir)
            .with_context(|| format!("cannot create `{}`", options.state_dir.display()))?;
        let config = RuntimeConfig::load(options.runtime_config, options.state_dir)?;
        let values = variables::resolve(&manifest.variables, options.variables, &config.providers)?;
        let mut stores = HashMap::new();
        for (label, location) in &config.stores {
            stores.insert(label.clone(), Arc::new(Backend::new(label, location)));
        }
        let mut loaded = Vec::new();
        for (id, component) in manifest.triggered() {
            let one = || -> Result<(Arc<Grants>, Prepared)> {
                let grants = grants(id, component, options, &config, &stores, &values)?;
                Ok((
                    Arc::new(grants),
                    shared.prepare(&component.wasm(&manifest.dir))?,
                ))
            };
            loaded.push(one().with_context(|| format!("in component `{id}`"))?);
        }
        let router =
            Router::new(
                manifest
                    .triggers()
                    .iter()
                    .filter_map(|trigger| match &trigger.route {
                        TriggerRoute::Public(route) => {
                            Some((route.clone(), trigger.component.clone()))
                        }
                        TriggerRoute::Private { .. } => None,
                    }),
            )?;
        let application = &manifest.application;
        let info = format!(
            "{{\n  \"name\": {:?},\n  \"version\": {:?}\n}}",
            application.name, application.version
        );
        Ok(Arc::new_cyclic(|app: &Weak<Self>| Self {
            router,
            address,
            stopping: AtomicBool::new(false),
            handlers: loaded
                .into_iter()
                .map(|(grants, prepared)| {
                    let id = grants.id.clone();
                    let handler =
                        Handler::new(grants, prepared, &shared.engine, options.reuse, app.clone());
                    (id, ProxyHandler::new(handler))
                })
                .collect(),
            info,
        }))
    }

    /// Answers a request from outside.
    pub(crate) async fn answer(&self, request: Request, client: SocketAddr) -> Answer {
        let path = request.uri().path().to_owned();
        if let Some(known) = path.strip_prefix(RESERVED) {
            return self.well_known(known);
        }
        match self.router.find(&path) {
            Some(found) => self.run(&found, request, client).await,
            None => empty(StatusCode::NOT_FOUND),
        }
    }

    /// Answers a request from another component, or nothing if `component` does not exist.
    pub(crate) async fn call(&self, component: &str, request: Request) -> Option<Answer> {
        let (component, _) = self.handlers.get_key_value(component)?;
        let trailing = request.uri().path().to_owned();
        let found = Match {
            component,
            raw: "/...",
            params: Default::default(),
            trailing,
        };
        Some(self.run(&found, request, CHAINED_CLIENT).await)
    }

    async fn run(&self, found: &Match<'_>, mut request: Request, client: SocketAddr) -> Answer {
        let uri = request.uri().clone();
        if headers::append(request.headers_mut(), &uri, found, client).is_err() {
            return empty(StatusCode::INTERNAL_SERVER_ERROR);
        }
        let Some(handler) = self.handlers.get(found.component) else {
            return empty(StatusCode::INTERNAL_SERVER_ERROR);
        };
        handler.handle((), request).await.unwrap_or_else(|error| {
            tracing::error!(
                "component `{}` failed on {}: {error:?}",
                found.component,
                uri.path()
            );
            empty(StatusCode::INTERNAL_SERVER_ERROR)
        })
    }

    fn well_known(&self, name: &str) -> Answer {
        match name {
            "health" => Response::new(full("OK")),
            "info" => {
                let mut response = Response::new(full(&self.info));
                let json = HeaderValue::from_static("application/json");
                response.headers_mut().insert(CONTENT_TYPE, json);
                response
            }
            _ => empty(StatusCode::NOT_FOUND),
        }
    }
}

fn grants(
    id: &str,
    component: &Component,
    options: &Options<'_>,
    config: &RuntimeConfig,
    stores: &HashMap<String, Arc<Backend>>,
    values: &Values,
) -> Result<Grants> {
    Ok(Grants {
        id: id.to_owned(),
        environment: component.environment.clone().into_iter().collect(),
        variables: variables::of_component(component, values)?,
        databases: granted(
            "sqlite_database",
            &component.sqlite_databases,
            &config.databases,
        )?,
        stores: granted("key_value_store", &component.key_value_stores, stores)?,
        allowed_hosts: Arc::new(AllowedHosts::parse(
            &component.allowed_outbound_hosts,
            values,
        )?),
        logs: Logs::open(options.state_dir, id, options.echo)?,
    })
}

/// Those of `known` that a component names.
fn granted<T: Clone>(
    table: &str,
    labels: &[String],
    known: &HashMap<String, T>,
) -> Result<HashMap<String, T>> {
    let mut granted = HashMap::new();
    for label in labels {
        let found = known.get(label);
        ensure!(
            found.is_some(),
            "the runtime configuration has no `[{table}.{label}]`"
        );
        granted.extend(found.map(|found| (label.clone(), found.clone())));
    }
    Ok(granted)
}

fn empty(status: StatusCode) -> Answer {
    let mut response = Response::new(Empty::new().map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = status;
    response
}

fn full(text: &str) -> UnsyncBoxBody<Bytes, wasmtime::Error> {
    Full::from(text.to_owned())
        .map_err(|never| match never {})
        .boxed_unsync()
}

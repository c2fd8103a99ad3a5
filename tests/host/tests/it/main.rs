//! The native host against Spin's behaviour, through the probe components of `tests/probes`.

#[cfg(test)]
mod command;
#[cfg(test)]
mod instances;
#[cfg(test)]
mod key_value;
#[cfg(test)]
mod outbound;
#[cfg(test)]
mod redis;
#[cfg(test)]
mod routes;
#[cfg(test)]
mod sqlite;
#[cfg(test)]
mod streaming;
#[cfg(test)]
mod support;
#[cfg(test)]
mod variables;

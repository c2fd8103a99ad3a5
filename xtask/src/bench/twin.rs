//! A component of the product a second time in the same host, with other settings, for some tenants alone: so what the
//! settings cost is measured against the same baseline, at the same time.

/// Which component, what for, and how its variables are set.
#[derive(Debug)]
pub(super) struct Twin {
    component: &'static str,
    /// What the second one is called.
    name: &'static str,
    /// More exact than those of the first.
    routes: &'static [&'static str],
    /// Variables that the component must have. `redis_url` is set, too.
    variables: &'static [(&'static str, &'static str)],
}

/// The tenant whose requests are limited.
pub(super) const LIMITED: &str = "limited";

/// The tenants whose tokens are introspected with answers that may be a second old.
pub(super) const BOUNDED: [&str; 2] = ["bounded", "bounded-small"];

/// No limit that is reached: the most that there may be.
const MANY: &str = "100000/1s";

/// Reads of [`LIMITED`] count against all limits that there are, in Redis.
pub(super) const LIMITS: Twin = Twin {
    component: "scim-users",
    name: "limited-users",
    routes: &["/t/limited/scim/v2/Users/..."],
    variables: &[
        ("rate_limit_tenant", MANY),
        ("rate_limit_client", MANY),
        ("rate_limit_address", MANY),
    ],
};

/// What is known of a token may be a second old, and be in Redis.
pub(super) const STALENESS: Twin = Twin {
    component: "auth-introspect",
    name: "bounded-introspect",
    routes: &[
        "/t/bounded/oauth/introspect",
        "/t/bounded-small/oauth/introspect",
    ],
    variables: &[("introspection_max_age", "1")],
};

/// Each of them.
pub(super) const ALL: [&Twin; 2] = [&LIMITS, &STALENESS];

/// The part of a manifest that a twin is, with the Redis server at `redis`. `None` while the component has not all of the
/// variables.
pub(super) fn of(product: &str, twin: &Twin, redis: &str) -> Option<String> {
    let mut text = String::new();
    for route in twin.routes {
        text += &format!(
            "[[trigger.http]]\nroute = \"{route}\"\ncomponent = \"{}\"\n\n",
            twin.name
        );
    }
    let mut values: Vec<_> = twin.variables.to_vec();
    values.push(("redis_url", redis));
    for table in ["", ".variables"] {
        text += &format!("[component.{}{table}]\n", twin.name);
        for line in lines_of(product, &format!("[component.{}{table}]", twin.component)) {
            let name = line.split(" = ").next().unwrap_or_default();
            match values.iter().position(|(variable, _)| *variable == name) {
                Some(found) => text += &format!("{name} = \"{}\"\n", values.remove(found).1),
                None => text += &format!("{}\n", line.replace("{{ redis_host }}", redis)),
            }
        }
        text.push('\n');
    }
    values.is_empty().then_some(text)
}

/// What stands in a table, to the next one.
fn lines_of<'p>(product: &'p str, header: &str) -> impl Iterator<Item = &'p str> {
    let lines = product.lines().skip_while(move |line| *line != header);
    let lines = lines.skip(1).take_while(|line| !line.starts_with('['));
    lines.filter(|line| !line.is_empty() && !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWIN: Twin = Twin {
        component: "a",
        name: "b",
        routes: &["/t/b/x"],
        variables: &[("most", "5")],
    };

    const PRODUCT: &str = r#"
[component.a]
source = "a.wasm"
allowed_outbound_hosts = ["{{ redis_host }}"]

[component.a.variables]
base_url = "{{ base_url }}"
most = "{{ most }}"
redis_url = "{{ redis_url }}"

[component.a.build]
command = "cargo build"
"#;

    #[test]
    fn a_twin_is_the_component_with_other_settings() {
        let twin = of(PRODUCT, &TWIN, "redis://r:1");
        let expected = r#"[[trigger.http]]
route = "/t/b/x"
component = "b"

[component.b]
source = "a.wasm"
allowed_outbound_hosts = ["redis://r:1"]

[component.b.variables]
base_url = "{{ base_url }}"
most = "5"
redis_url = "redis://r:1"

"#;
        assert_eq!(twin.as_deref(), Some(expected));
    }

    #[test]
    fn a_component_without_the_settings_has_no_twin() {
        let without = PRODUCT.replace("most = \"{{ most }}\"\n", "");
        assert_eq!(of(&without, &TWIN, "redis://r:1"), None);
        assert_eq!(of("", &TWIN, "redis://r:1"), None);
    }
}

//! Host traits generated from the WIT files.

wasmtime::component::bindgen!({
    path: "wit",
    world: "rollcall:host/spin",
    imports: {
        "spin:sqlite/sqlite.[method]connection.execute": async | trappable,
        "spin:sqlite/sqlite.[method]connection.last-insert-rowid": async | trappable,
        "spin:sqlite/sqlite.[method]connection.changes": async | trappable,
        default: trappable,
    },
    with: {
        "spin:key-value/key-value.store": crate::key_value::Store,
        "spin:redis/redis.connection": crate::redis::Connection,
        "spin:sqlite/sqlite.connection": crate::sqlite::Connection,
    },
    require_store_data_send: true,
});

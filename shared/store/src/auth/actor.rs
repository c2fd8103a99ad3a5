//! Who writes, as the change log names them.

use crate::sql::Value;

/// Who writes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Actor<'a> {
    /// The operator.
    Admin,
    /// A client of that id.
    Client(&'a str),
    /// The service by itself, as when it rotates keys.
    Service,
}

impl Actor<'_> {
    /// The name in the change log.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Admin => "admin".to_owned(),
            Self::Client(id) => format!("client:{id}"),
            Self::Service => "service".to_owned(),
        }
    }

    /// The client, if it is one.
    pub(super) fn client(self) -> Value {
        match self {
            Self::Client(id) => id.into(),
            Self::Admin | Self::Service => Value::Null,
        }
    }
}

impl From<Actor<'_>> for Value {
    fn from(actor: Actor<'_>) -> Self {
        actor.name().into()
    }
}

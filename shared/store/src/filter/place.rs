//! Where the values of an attribute are kept.

use rollcall_core::{Relation, Target};

/// Where an attribute's values are.
pub(super) enum Place {
    /// An expression on the row `r`.
    Column(&'static str),
    /// `meta.location`.
    Location,
    /// The search index.
    Index,
    /// The rows of `membership`.
    Related(Relation),
}

impl Place {
    pub fn of(target: &Target<'_>) -> Self {
        if let Some(relation) = target.attr.relation {
            return Self::Related(relation);
        }
        if target.extension.is_some() {
            return Self::Index;
        }
        match target.key().as_str() {
            "id" => Self::Column("r.id"),
            "meta" | "meta.resourceType" => Self::Column("r.type"),
            "meta.created" => Self::Column("r.created"),
            "meta.lastModified" => Self::Column("r.modified"),
            "meta.version" => Self::Column("('W/\"' || r.version || '\"')"),
            "meta.location" => Self::Location,
            _ => Self::Index,
        }
    }
}

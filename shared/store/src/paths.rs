//! The numbers that attribute paths have in the search index.

use rollcall_core::{Lookup, Target};

/// Set where values are looked up in the index by value.
pub(crate) const BY_VALUE: i64 = 1;

/// Set where values are text that is found by its parts, too.
pub(crate) const BY_PARTS: i64 = 2;

/// How many bits of a number are neither the tenant's nor free.
pub(crate) const TENANT_SHIFT: u32 = 40;

/// The number of an attribute path: the tenant's, 38 bits of a hash, and what an index is kept of its values.
/// It depends on nothing but its arguments, so that no table of numbers has to be kept or asked.
pub(crate) fn number(tenant: i64, resource_type: &str, key: &str, lookup: Lookup) -> i64 {
    let bits = match lookup {
        Lookup::None => 0,
        Lookup::Number => BY_VALUE,
        Lookup::Text => BY_VALUE | BY_PARTS,
        Lookup::Unique => BY_PARTS,
    };
    let hash = fnv1a([resource_type.as_bytes(), &[0], key.as_bytes()]) >> (64 - TENANT_SHIFT + 2);
    (tenant << TENANT_SHIFT) | (i64::try_from(hash).unwrap_or_default() << 2) | bits
}

/// [`number`] of what a target names.
pub(crate) fn number_of(tenant: i64, resource_type: &str, target: &Target<'_>) -> i64 {
    number(tenant, resource_type, &target.key(), target.lookup())
}

/// The hash function FNV-1a with 64 bits.
fn fnv1a<'b>(parts: impl IntoIterator<Item = &'b [u8]>) -> u64 {
    let bytes = parts.into_iter().flatten();
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rollcall_core::{ResourceType, Target};

    use super::*;

    #[test]
    fn no_two_paths_have_one_number() {
        let types = [ResourceType::user(), ResourceType::group()];
        let mut seen = BTreeSet::new();
        let mut count = 0;
        for rt in &types {
            for (extension, attr) in rt.attributes() {
                let whole = Target {
                    extension,
                    attr,
                    sub: None,
                };
                let subs = attr.sub_attributes.iter().map(|sub| whole.with_sub(sub));
                for target in std::iter::once(whole).chain(subs) {
                    for tenant in [1, 2, 1 << 22] {
                        seen.insert(number_of(tenant, &rt.name, &target));
                        count += 1;
                    }
                }
            }
        }
        assert_eq!(seen.len(), count);
    }

    #[test]
    fn tenants_and_bits_stay_apart() {
        let path = number(3, "User", "userName", Lookup::Unique);
        assert_eq!(path >> TENANT_SHIFT, 3);
        assert_eq!(path & 3, BY_PARTS);
        assert_eq!(number(3, "User", "active", Lookup::None) & 3, 0);
        assert_ne!(path, number(3, "Group", "userName", Lookup::Unique));
    }

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(fnv1a([b"".as_slice()]), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a([b"foo".as_slice(), b"bar"]), 0x8594_4171_f739_67e8);
    }
}

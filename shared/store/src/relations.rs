//! Members of groups, and groups of members, as SQL over the rows of `membership`.

use rollcall_core::Relation;

/// The groups that the user `r` is in, directly or through other groups, each once: `seq` and `direct`.
pub(crate) const GROUPS_OF_R: &str = "(WITH RECURSIVE up(grp, direct) AS (\
    SELECT grp, 1 FROM membership WHERE member = r.seq \
    UNION SELECT membership.grp, 0 FROM up CROSS JOIN membership ON membership.member = up.grp) \
    SELECT grp AS seq, max(direct) AS direct FROM up GROUP BY grp)";

/// The groups that restoring the deleted person `d` brings them back to, in the same way.
pub(crate) const GROUPS_OF_D: &str = "(WITH RECURSIVE up(grp) AS (\
    SELECT g.seq FROM json_each(d.groups) item \
    CROSS JOIN resource g ON g.tenant = d.tenant AND g.id = item.value ->> 'id' AND g.type = 'Group' \
    UNION SELECT membership.grp FROM up CROSS JOIN membership ON membership.member = up.grp) \
    SELECT grp AS seq FROM up)";

/// [`GROUPS_OF_R`] where no group of `r` is in another one, which is most of the time, and costs half as much.
pub(crate) const DIRECT_GROUPS_OF_R: &str =
    "(SELECT grp AS seq, 1 AS direct FROM membership WHERE member = r.seq)";

/// Whether a group of `r` is in another one.
pub(crate) const IS_IN_NESTED_GROUPS: &str = "EXISTS (SELECT 1 FROM membership i CROSS JOIN membership o ON o.member = i.grp \
     WHERE i.member = r.seq)";

/// Where the resource `c` is, given the SQL of the base URI.
pub(crate) fn location(base: &str) -> String {
    format!("{base} || CASE c.type WHEN 'User' THEN '/Users/' ELSE '/Groups/' END || c.id")
}

/// The relations of the resource `r` as JSON text, NULL where there are none; `subs` are the sub-attributes that are
/// shown of each. `base` names the parameter with the base URI, and is asked only if something shows it: a statement
/// takes no parameter that it doesn't use.
pub(crate) fn rendered(
    relation: Relation,
    subs: &[String],
    mut base: impl FnMut() -> String,
) -> String {
    let members: Vec<String> = subs
        .iter()
        .filter_map(|sub| {
            let value = match (sub.as_str(), relation) {
                ("value", _) => "c.id".to_owned(),
                ("$ref", _) => location(&base()),
                ("display", Relation::Members) => "coalesce(m.display, c.display)".to_owned(),
                ("display", Relation::Groups) => "c.display".to_owned(),
                ("type", Relation::Members) => "c.type".to_owned(),
                ("type", Relation::Groups) => {
                    "CASE WHEN up.direct THEN 'direct' ELSE 'indirect' END".to_owned()
                }
                _ => return None,
            };
            Some(format!("'{sub}', {value}"))
        })
        .collect();
    let object = format!("json_object({})", members.join(", "));
    match relation {
        Relation::Members => format!(
            "(SELECT nullif(json_group_array({object}), '[]') FROM membership m \
             CROSS JOIN resource c INDEXED BY resource_card ON c.seq = m.member WHERE m.grp = r.seq)"
        ),
        Relation::Groups => {
            let groups_in = |groups: &str, order: &str| {
                format!(
                    "(SELECT nullif(json_group_array({object}{order}), '[]') FROM {groups} up \
                     CROSS JOIN resource c INDEXED BY resource_card ON c.seq = up.seq)"
                )
            };
            let all = groups_in(GROUPS_OF_R, " ORDER BY up.seq");
            let direct = groups_in(DIRECT_GROUPS_OF_R, "");
            format!("CASE WHEN {IS_IN_NESTED_GROUPS} THEN {all} ELSE {direct} END")
        }
    }
}

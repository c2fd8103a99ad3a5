//! A simple model of the service: a list of resources in memory.

use std::collections::{BTreeMap, BTreeSet};

use crate::steps::{Body, Change, Kind, Step};

/// An id that no resource has.
const NOBODY: &str = "00000000-0000-7000-8000-000000000000";

#[derive(Clone, Debug)]
pub struct Entry {
    pub id: String,
    pub kind: Kind,
    pub version: u64,
    pub name: String,
    pub title: Option<String>,
    /// The members by id, and what they are called where that is not their name.
    pub members: BTreeMap<String, Option<String>>,
}

/// What should be there.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// In order of creation.
    pub entries: Vec<Entry>,
    /// The ids of all that there had been before the request.
    ids: Vec<(Kind, String)>,
    /// The ids of what the request has created.
    new_ids: Vec<(Kind, String)>,
    /// The change log: operation, id and version.
    pub log: Vec<(String, String, u64)>,
}

/// The resource and its version afterwards, if there is one, or the statuses with which it may be refused.
pub type Outcome = Result<(String, Option<u64>), BTreeSet<u16>>;

impl Kind {
    pub fn endpoint(self) -> &'static str {
        match self {
            Self::User => "/Users",
            Self::Group => "/Groups",
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "Group",
        }
    }
}

impl Model {
    /// The id that a number stands for, among resources of a kind or all.
    pub fn id(&self, kind: Option<Kind>, which: usize) -> &str {
        let ids = self.ids.iter();
        let ids: Vec<&str> = ids
            .filter(|(of, _)| kind.is_none_or(|kind| kind == *of))
            .map(|(_, id)| id.as_str())
            .collect();
        match which.checked_rem(ids.len()) {
            Some(place) if which % 10 != 9 => ids[place],
            _ => NOBODY,
        }
    }

    pub fn ids(&self, which: &[usize]) -> BTreeSet<String> {
        let ids = which.iter().map(|which| self.id(None, *which).to_owned());
        ids.collect()
    }

    /// The ids of members, and what the client calls them.
    pub fn members(&self, body: &Body) -> BTreeMap<&str, Option<&'static str>> {
        let members = body.members.iter();
        let members = members.map(|(which, display)| (self.id(None, *which), *display));
        members.collect()
    }

    pub fn entry(&self, id: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    /// Ends a request: from now on, numbers stand for what it has created, too.
    pub fn end(&mut self) {
        self.ids.append(&mut self.new_ids);
    }

    /// The version that a client names: the current one, or another.
    pub fn if_match(&self, step: &Step) -> Option<u64> {
        let target = step.target()?;
        let entry = self.entry(self.id(Some(target.kind), target.which));
        let current = entry.map_or(1, |entry| entry.version);
        let is_current = target.is_current?;
        Some(if is_current { current } else { current + 7 })
    }

    /// Does what an operation should do, or nothing. `if_match` is the version that it names, `new` the id of what it
    /// creates, and `latest` that of what was created last in the same bulk request.
    pub fn run(
        &mut self,
        step: &Step,
        if_match: Option<u64>,
        new: &str,
        latest: Option<&str>,
    ) -> Outcome {
        let (target, body) = match step {
            Step::Create(kind, body) => return self.create(*kind, body, new, latest),
            Step::Replace(target, body) => (target, Some(body)),
            Step::Patch(target, _) | Step::Delete(target) => (target, None),
        };
        let mut refusals = BTreeSet::new();
        let id = self.id(Some(target.kind), target.which).to_owned();
        let Some(old) = self.entry(&id).cloned() else {
            refusals.insert(404);
            // What is wrong with the operation itself may be told first.
            if let Step::Patch(_, changes) = step {
                refusals.extend(changes.iter().any(is_unknown).then_some(400));
            }
            return Err(refusals);
        };
        if if_match.is_some_and(|version| version != old.version) {
            refusals.insert(412);
        }
        let mut new = old.clone();
        match step {
            Step::Patch(_, changes) => {
                if changes.iter().any(is_unknown) {
                    refusals.insert(400);
                }
                self.patch(&mut new, changes);
            }
            Step::Delete(_) if refusals.is_empty() => {
                self.delete(&old);
                return Ok((id, None));
            }
            _ => {}
        }
        if let Some(body) = body {
            self.fill(&mut new, body, latest);
        }
        refusals.extend(self.refusals(&new, &old.members));
        if !refusals.is_empty() {
            return Err(refusals);
        }
        let is_same =
            (&new.name, &new.title, &new.members) == (&old.name, &old.title, &old.members);
        if !is_same {
            new.version += 1;
            let operation = if body.is_some() { "replace" } else { "patch" };
            self.log
                .push((operation.to_owned(), id.clone(), new.version));
        }
        let version = new.version;
        if let Some(place) = self.entries.iter_mut().find(|entry| entry.id == id) {
            *place = new;
        }
        Ok((id, Some(version)))
    }

    fn create(&mut self, kind: Kind, body: &Body, id: &str, latest: Option<&str>) -> Outcome {
        let mut entry = Entry {
            id: id.to_owned(),
            kind,
            version: 1,
            name: String::new(),
            title: None,
            members: BTreeMap::new(),
        };
        self.fill(&mut entry, body, latest);
        let refusals = self.refusals(&entry, &BTreeMap::new());
        if !refusals.is_empty() {
            return Err(refusals);
        }
        self.entries.push(entry);
        self.new_ids.push((kind, id.to_owned()));
        self.log.push(("create".to_owned(), id.to_owned(), 1));
        Ok((id.to_owned(), Some(1)))
    }

    fn fill(&self, entry: &mut Entry, body: &Body, latest: Option<&str>) {
        entry.name = body.name.to_owned();
        if entry.kind == Kind::User {
            entry.title = body.title.map(str::to_owned);
        } else {
            let members = self.members(body);
            let members = members.into_iter();
            let latest = latest.filter(|_| body.has_latest).map(|id| (id, None));
            let members = members.chain(latest).map(|(id, display)| {
                // What is their name anyhow is not kept.
                let name = match self.entry(id) {
                    Some(member) if id != entry.id => Some(member.name.as_str()),
                    _ => Some(body.name),
                };
                (
                    id.to_owned(),
                    display.filter(|_| display != name).map(str::to_owned),
                )
            });
            entry.members = members.collect();
        }
    }

    /// Why a resource can't be stored.
    fn refusals(&self, entry: &Entry, before: &BTreeMap<String, Option<String>>) -> BTreeSet<u16> {
        let has_name = |other: &Entry| {
            let is_user = entry.kind == Kind::User && other.kind == Kind::User;
            is_user && other.id != entry.id && other.name.eq_ignore_ascii_case(&entry.name)
        };
        let mut come = entry.members.keys().filter(|id| !before.contains_key(*id));
        let is_taken = self.entries.iter().any(has_name).then_some(409);
        let is_missing = come.any(|id| self.entry(id).is_none()).then_some(400);
        is_taken.into_iter().chain(is_missing).collect()
    }

    fn patch(&self, entry: &mut Entry, changes: &[Change]) {
        let before = entry.members.clone();
        let mut members: BTreeSet<String> = before.keys().cloned().collect();
        let mut added = BTreeSet::new();
        let mut are_given_anew = false;
        for change in changes {
            match change {
                Change::Rename(name) => entry.name = (*name).to_owned(),
                Change::Title(title) => entry.title = title.map(str::to_owned),
                Change::Add(which) => {
                    let come = &self.ids(which) - &members;
                    members.extend(come.iter().cloned());
                    added.extend(come);
                }
                Change::Remove(which) => members = &members - &self.ids(which),
                Change::RemoveOne(which) => drop(members.remove(self.id(None, *which))),
                // Of those whom the same request has added, no name is known.
                Change::RemoveNamed(name) => members.retain(|id| {
                    let shown = before.get(id).filter(|_| !added.contains(id));
                    !shown.is_some_and(|display| self.shown(id, display).eq_ignore_ascii_case(name))
                }),
                Change::Push(which) => {
                    members = self.ids(which);
                    are_given_anew = true;
                }
                Change::Clear => {
                    members.clear();
                    are_given_anew = true;
                }
                Change::Unknown => {}
            }
        }
        let display = |id: &String| before.get(id).filter(|_| !are_given_anew)?.clone();
        let members = members.into_iter().map(|id| (id.clone(), display(&id)));
        entry.members = members.collect();
    }

    fn delete(&mut self, old: &Entry) {
        self.log
            .push(("delete".to_owned(), old.id.clone(), old.version + 1));
        self.entries.retain(|entry| entry.id != old.id);
        for entry in &mut self.entries {
            if entry.members.remove(&old.id).is_some() {
                entry.version += 1;
                self.log
                    .push(("patch".to_owned(), entry.id.clone(), entry.version));
            }
        }
    }
}

fn is_unknown(change: &Change) -> bool {
    matches!(change, Change::Unknown)
}

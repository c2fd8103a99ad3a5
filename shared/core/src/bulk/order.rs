//! In which order operations run.
//!
//! > the service provider MUST ensure that the client's intent is preserved and the same stateful result
//! > is achieved as for non-optimized processing. (§3.7)

use std::slice;

/// Operations that succeed or fail as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkUnit {
    /// Their indices in the request, ascending.
    pub operations: Vec<usize>,
    /// Whether they refer to each other, or one to itself. What such a unit refers to is there at its
    /// end only, so that is when the store has to look for it.
    pub circular: bool,
}

/// Groups operations into units, each after those that it depends on: `depends_on` has, for every
/// operation, the indices of others.
///
/// These are the strongly connected components in the order in which Tarjan's algorithm completes
/// them. It begins with the operations in the order of the request, so that an operation is done when
/// its turn comes or when the first that needs it has its turn, whichever is sooner. The stack is on
/// the heap: a chain of references is as long as the client wants it.
pub(super) fn units(depends_on: &[Vec<usize>]) -> Vec<BulkUnit> {
    let mut search = Search {
        depends_on,
        states: vec![State::New; depends_on.len()],
        open: Vec::new(),
        units: Vec::new(),
    };
    for operation in 0..depends_on.len() {
        if search.states.get(operation) == Some(&State::New) {
            search.visit(operation);
        }
    }
    search.units
}

struct Search<'d> {
    depends_on: &'d [Vec<usize>],
    states: Vec<State>,
    /// What has been met and is in no unit yet, in the order in which it was met.
    open: Vec<usize>,
    units: Vec<BulkUnit>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    New,
    /// At this position in `open`.
    Open(usize),
    Done,
}

/// An operation whose dependencies are being followed.
struct Step<'d> {
    position: usize,
    /// The lowest position in `open` that is known to be reached from here.
    lowest: usize,
    left: slice::Iter<'d, usize>,
}

impl<'d> Search<'d> {
    fn visit(&mut self, operation: usize) {
        let mut steps = vec![self.begin(operation)];
        while let Some(step) = steps.last_mut() {
            if let Some(&next) = step.left.next() {
                match self.states.get(next) {
                    Some(State::New) => steps.push(self.begin(next)),
                    Some(State::Open(position)) => step.lowest = step.lowest.min(*position),
                    Some(State::Done) | None => {}
                }
                continue;
            }
            let (position, lowest) = (step.position, step.lowest);
            steps.pop();
            if lowest == position {
                self.close(position);
            } else if let Some(before) = steps.last_mut() {
                before.lowest = before.lowest.min(lowest);
            }
        }
    }

    fn begin(&mut self, operation: usize) -> Step<'d> {
        let position = self.open.len();
        self.open.push(operation);
        if let Some(state) = self.states.get_mut(operation) {
            *state = State::Open(position);
        }
        Step {
            position,
            lowest: position,
            left: self.dependencies(operation).iter(),
        }
    }

    /// Nothing before this position is reached from it: what is open from here on is a unit.
    fn close(&mut self, position: usize) {
        let mut operations = self.open.split_off(position);
        operations.sort_unstable();
        for operation in &operations {
            if let Some(state) = self.states.get_mut(*operation) {
                *state = State::Done;
            }
        }
        let circular = match operations[..] {
            [only] => self.dependencies(only).contains(&only),
            _ => true,
        };
        self.units.push(BulkUnit {
            operations,
            circular,
        });
    }

    fn dependencies(&self, operation: usize) -> &'d [usize] {
        self.depends_on
            .get(operation)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The units in their order, a circular one in brackets.
    #[track_caller]
    fn check(depends_on: &[&[usize]], expected: &str) {
        let depends_on: Vec<_> = depends_on.iter().map(|d| d.to_vec()).collect();
        let units = units(&depends_on).into_iter().map(|unit| {
            let numbers: Vec<_> = unit.operations.iter().map(usize::to_string).collect();
            match unit.circular {
                true => format!("[{}]", numbers.join(" ")),
                false => numbers.join(" "),
            }
        });
        assert_eq!(units.collect::<Vec<_>>().join(" "), expected);
    }

    #[test]
    fn without_forward_references_nothing_moves() {
        check(&[], "");
        check(&[&[], &[], &[]], "0 1 2");
        check(&[&[], &[0], &[], &[0, 1]], "0 1 2 3");
    }

    #[test]
    fn what_is_referred_to_comes_right_before_the_first_that_needs_it() {
        check(&[&[], &[3], &[], &[]], "0 3 1 2");
        check(&[&[2], &[], &[3], &[]], "3 2 0 1");
        check(&[&[2, 3], &[3], &[], &[]], "2 3 0 1");
    }

    #[test]
    fn a_circle_is_one_unit_in_the_order_of_the_request() {
        check(&[&[1], &[0]], "[0 1]");
        check(&[&[0], &[]], "[0] 1");
        check(&[&[2], &[], &[3], &[0, 1]], "1 [0 2 3]");
        check(&[&[], &[2, 4], &[1], &[1], &[0]], "0 4 [1 2] 3");
        // Two circles, one of which needs the other.
        check(&[&[1, 2], &[0], &[3], &[2]], "[2 3] [0 1]");
        // One that closes late: 0 → 1 → 2 → 1, and 2 → 3 → 0.
        check(&[&[1], &[2], &[1, 3], &[0]], "[0 1 2 3]");
    }

    #[test]
    fn a_long_chain_or_circle_needs_little_stack() {
        let chain: Vec<_> = (1..100_000)
            .map(|next| vec![next])
            .chain([vec![]])
            .collect();
        let circle: Vec<_> = (1..100_000)
            .map(|next| vec![next])
            .chain([vec![0]])
            .collect();
        let run = move || {
            assert_eq!(units(&chain).len(), 100_000);
            assert_eq!(units(&circle).len(), 1);
        };
        let thread = std::thread::Builder::new()
            .stack_size(64 * 1024)
            .spawn(run)
            .unwrap();
        thread.join().unwrap();
    }
}

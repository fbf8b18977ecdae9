//! What the reader did in mid-run: recorded at its moment, so that the run can be computed anew with it.

use serde::{Deserialize, Serialize};

use crate::sim::Nanos;

/// One act of the reader, at a moment of simulated time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intervention<Action> {
    pub at: Nanos,
    pub action: Action,
}

/// Interventions in the order of their moments; those of one moment stay in the order they were made.
/// The list itself keeps the order in which they were made, so that undo takes back the last.
pub fn in_order<Action>(made: &[Intervention<Action>]) -> Vec<&Intervention<Action>> {
    let mut ordered: Vec<_> = made.iter().collect();
    ordered.sort_by_key(|intervention| intervention.at);
    ordered
}

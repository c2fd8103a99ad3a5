mod bind;
mod eval;
mod eval_custom;
mod parse;
mod patch_path;

use super::*;
use crate::{ResourceType, ScimType};

fn user() -> ResourceType {
    ResourceType::user()
}

//! A policy set that is no more than a list, in the place of the engine.

use rollcall_core::policy::{Checked, Finding, PolicySet, Question, Source, Verdict};

/// Lines of principal, action and resource, of which each is permitted; `*` stands for any, `User::*` for any of a type.
pub struct Toy(Vec<[String; 3]>);

impl PolicySet for Toy {
    fn check(policies: &str, schema: Option<&str>) -> Result<Checked, Vec<Finding>> {
        Ok(Checked {
            count: Self::load(policies, schema)?.0.len(),
            warnings: Vec::new(),
        })
    }

    fn load(policies: &str, _: Option<&str>) -> Result<Self, Vec<Finding>> {
        let lines = policies.lines().filter(|line| !line.trim().is_empty());
        let rules: Option<Vec<_>> = lines
            .map(|line| {
                let parts: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
                parts.try_into().ok()
            })
            .collect();
        rules.map(Self).ok_or_else(|| {
            vec![Finding {
                source: Source::Policies,
                message: "a line has three words".to_owned(),
                policy: None,
                position: None,
            }]
        })
    }

    fn sees(&self, _: &str, _: &str) -> bool {
        false
    }

    fn decide(&self, question: &Question) -> Verdict {
        let asked = [
            format!(
                "{}::{}",
                question.principal.name.kind, question.principal.name.id
            ),
            question.action.clone(),
            format!(
                "{}::{}",
                question.resource.name.kind, question.resource.name.id
            ),
        ];
        let fits = |rule: &[String; 3]| {
            rule.iter().zip(&asked).all(|(rule, asked)| {
                rule.strip_suffix('*')
                    .map_or(rule == asked, |start| asked.starts_with(start))
            })
        };
        if self.0.iter().any(fits) {
            Verdict::Permitted
        } else {
            Verdict::NotPermitted
        }
    }

    fn actions(&self, _: &str, _: &str) -> Vec<String> {
        self.0.iter().map(|rule| rule[1].clone()).collect()
    }
}

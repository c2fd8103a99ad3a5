//! Requests of the AuthZEN API (§5 to §8). Members that are not known are passed over, as the standard has it.

use rollcall_core::{JsonObject, excerpt};
use rollcall_service::policy::{Action, Evaluation, Party, Semantic};
use serde_json::Value as Json;

use super::refusal::Refusal;

/// The most questions in one request.
const MAX_EVALUATIONS: usize = 100;

/// How much the questions of a request may be together, in bytes, where each has what is said once for all.
const MAX_SHARED: usize = 1024 * 1024;

/// The longest type, identifier or name, in bytes.
const MAX_NAME: usize = 512;

/// One question (§6.1).
pub(super) fn evaluation(body: &JsonObject) -> Result<Evaluation, Refusal> {
    Reader::new(body, None, "").evaluation()
}

/// Questions in an array, each with the members of the whole for those that it has not (§7.1); `None` if there are none.
pub(super) fn batch(body: &JsonObject) -> Result<Option<(Vec<Evaluation>, Semantic)>, Refusal> {
    let questions = match body.get("evaluations") {
        None | Some(Json::Null) => return Ok(None),
        Some(Json::Array(questions)) if questions.is_empty() => return Ok(None),
        Some(Json::Array(questions)) => questions,
        Some(_) => return Err(Refusal::invalid("`evaluations` is no array")),
    };
    if questions.len() > MAX_EVALUATIONS {
        return Err(Refusal::invalid(format!(
            "`evaluations` has {} questions: ask {MAX_EVALUATIONS} at a time",
            questions.len()
        )));
    }
    let shared = ["subject", "action", "resource", "context"];
    let shared = shared.iter().filter_map(|name| body.get(*name));
    let shared: usize = shared.map(|value| value.to_string().len()).sum();
    if shared.saturating_mul(questions.len()) > MAX_SHARED {
        return Err(Refusal::too_large(format!(
            "what the {} questions share is too large for so many: ask fewer at a time",
            questions.len()
        )));
    }
    let semantic = semantic(body)?;
    let read = |(number, question): (usize, &Json)| {
        let place = format!("evaluations[{number}]");
        match question {
            Json::Object(own) => Reader::new(own, Some(body), &place).evaluation(),
            _ => Err(Refusal::invalid(format!("`{place}` is no object"))),
        }
    };
    let questions = questions.iter().enumerate().map(read);
    Ok(Some((questions.collect::<Result<_, _>>()?, semantic)))
}

/// A search for actions (§8.6): a question without the action.
pub(super) fn action_search(body: &JsonObject) -> Result<Evaluation, Refusal> {
    let reader = Reader::new(body, None, "");
    Ok(Evaluation {
        subject: reader.party("subject")?,
        action: Action {
            name: String::new(),
            properties: JsonObject::new(),
        },
        resource: reader.party("resource")?,
        context: reader.object(body, "", "context")?,
    })
}

/// `options.evaluations_semantic` (§7.1.2).
fn semantic(body: &JsonObject) -> Result<Semantic, Refusal> {
    let options = match body.get("options") {
        None | Some(Json::Null) => return Ok(Semantic::default()),
        Some(Json::Object(options)) => options,
        Some(_) => return Err(Refusal::invalid("`options` is no object")),
    };
    match options.get("evaluations_semantic") {
        None | Some(Json::Null) => Ok(Semantic::default()),
        Some(Json::String(name)) if name == "execute_all" => Ok(Semantic::ExecuteAll),
        Some(Json::String(name)) if name == "deny_on_first_deny" => Ok(Semantic::DenyOnFirstDeny),
        Some(Json::String(name)) if name == "permit_on_first_permit" => {
            Ok(Semantic::PermitOnFirstPermit)
        }
        Some(other) => Err(Refusal::invalid(format!(
            "`options.evaluations_semantic` is `{}`: use execute_all, deny_on_first_deny or permit_on_first_permit",
            excerpt(&other.to_string())
        ))),
    }
}

/// Reads the members of a question.
struct Reader<'b> {
    own: &'b JsonObject,
    defaults: Option<&'b JsonObject>,
    /// Where the question is in the body; empty for the body itself.
    place: &'b str,
}

impl<'b> Reader<'b> {
    fn new(own: &'b JsonObject, defaults: Option<&'b JsonObject>, place: &'b str) -> Self {
        Self {
            own,
            defaults,
            place,
        }
    }

    fn evaluation(&self) -> Result<Evaluation, Refusal> {
        Ok(Evaluation {
            subject: self.party("subject")?,
            action: self.action()?,
            resource: self.party("resource")?,
            context: match (self.own.contains_key("context"), self.defaults) {
                (false, Some(defaults)) => self.object(defaults, "", "context")?,
                _ => self.object(self.own, "", "context")?,
            },
        })
    }

    fn party(&self, name: &str) -> Result<Party, Refusal> {
        let party = self.required(name)?;
        Ok(Party {
            kind: self.text(party, name, "type")?,
            id: self.text(party, name, "id")?,
            properties: self.object(party, name, "properties")?,
        })
    }

    fn action(&self) -> Result<Action, Refusal> {
        let action = self.required("action")?;
        Ok(Action {
            name: self.text(action, "action", "name")?,
            properties: self.object(action, "action", "properties")?,
        })
    }

    /// The object under `name`, here or in the whole.
    fn required(&self, name: &str) -> Result<&'b JsonObject, Refusal> {
        let own = self.own.get(name);
        match own.or_else(|| self.defaults?.get(name)) {
            Some(Json::Object(object)) => Ok(object),
            Some(_) => Err(self.wrong(name, "", "is no object")),
            None => Err(self.wrong(name, "", "is missing")),
        }
    }

    fn text(&self, object: &JsonObject, of: &str, name: &str) -> Result<String, Refusal> {
        match object.get(name) {
            Some(Json::String(text)) if text.is_empty() => Err(self.wrong(of, name, "is empty")),
            Some(Json::String(text)) if text.len() > MAX_NAME => {
                let what = format!("is longer than {MAX_NAME} bytes");
                Err(self.wrong(of, name, &what))
            }
            Some(Json::String(text)) => Ok(text.clone()),
            Some(_) => Err(self.wrong(of, name, "is no string")),
            None => Err(self.wrong(of, name, "is missing")),
        }
    }

    /// The object under `name`, empty if there is none.
    fn object(&self, object: &JsonObject, of: &str, name: &str) -> Result<JsonObject, Refusal> {
        match object.get(name) {
            None | Some(Json::Null) => Ok(JsonObject::new()),
            Some(Json::Object(inner)) => Ok(inner.clone()),
            Some(_) => Err(self.wrong(of, name, "is no object")),
        }
    }

    fn wrong(&self, of: &str, name: &str, what: &str) -> Refusal {
        let parts = [self.place, of, name];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        Refusal::invalid(format!("`{}` {what}", parts.join(".")))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(json: Json) -> JsonObject {
        json.as_object().cloned().unwrap()
    }

    fn whole() -> Json {
        json!({
            "subject": {"type": "user", "id": "anna", "properties": {"ip": "::1"}},
            "action": {"name": "read", "properties": {"method": "GET"}},
            "resource": {"type": "document", "id": "1"},
            "context": {"time": "now"},
        })
    }

    #[track_caller]
    fn refused(result: Result<impl Sized, Refusal>, message: &str) {
        let Err(refusal) = result else {
            panic!("it was taken");
        };
        assert_eq!(refusal.status.as_u16(), 400);
        assert!(refusal.message.contains(message), "{}", refusal.message);
    }

    #[test]
    fn err_what_many_share_may_not_be_large() {
        let mut body = whole();
        body["context"] = json!({"text": "x".repeat(20_000)});
        body["evaluations"] = json!(vec![json!({}); 10]);
        assert!(batch(&object(body.clone())).is_ok());
        body["evaluations"] = json!(vec![json!({}); 100]);
        let refusal = batch(&object(body)).map(drop).unwrap_err();
        assert_eq!(refusal.status.as_u16(), 413);
    }

    #[test]
    fn ok_a_whole_question_and_one_with_unknown_members() {
        let mut body = whole();
        let read = evaluation(&object(body.clone())).unwrap();
        assert_eq!(
            (read.subject.kind.as_str(), read.subject.id.as_str()),
            ("user", "anna")
        );
        assert_eq!(read.subject.properties, object(json!({"ip": "::1"})));
        assert_eq!(read.action.name, "read");
        assert_eq!(read.action.properties, object(json!({"method": "GET"})));
        assert_eq!(read.resource.properties, JsonObject::new());
        assert_eq!(read.context, object(json!({"time": "now"})));
        body["later"] = json!(1);
        body["subject"]["more"] = json!([]);
        assert_eq!(evaluation(&object(body)).unwrap(), read);
    }

    #[test]
    fn err_what_is_missing_or_of_another_form_is_named() {
        for name in ["subject", "action", "resource"] {
            let mut body = object(whole());
            body.remove(name);
            refused(evaluation(&body), &format!("`{name}` is missing"));
            body.insert(name.into(), json!("x"));
            refused(evaluation(&body), &format!("`{name}` is no object"));
        }
        for (of, name) in [
            ("subject", "type"),
            ("subject", "id"),
            ("action", "name"),
            ("resource", "id"),
        ] {
            let mut body = whole();
            body[of][name] = json!(7);
            refused(
                evaluation(&object(body.clone())),
                &format!("`{of}.{name}` is no string"),
            );
            body[of][name] = json!("");
            refused(
                evaluation(&object(body.clone())),
                &format!("`{of}.{name}` is empty"),
            );
            body[of][name] = json!("x".repeat(513));
            refused(
                evaluation(&object(body)),
                &format!("`{of}.{name}` is longer than 512"),
            );
        }
        let mut body = whole();
        body["context"] = json!([]);
        refused(evaluation(&object(body)), "`context` is no object");
        let mut body = whole();
        body["resource"]["properties"] = json!(1);
        refused(
            evaluation(&object(body)),
            "`resource.properties` is no object",
        );
    }

    #[test]
    fn ok_questions_take_what_they_have_not_from_the_whole() {
        let mut body = whole();
        body["evaluations"] = json!([
            {},
            {"action": {"name": "write"}, "context": {}},
            {"resource": {"type": "document", "id": "2"}},
        ]);
        let (questions, semantic) = batch(&object(body)).unwrap().unwrap();
        assert_eq!(semantic, Semantic::ExecuteAll);
        let one = evaluation(&object(whole())).unwrap();
        assert_eq!(questions[0], one);
        assert_eq!(questions[1].action.name, "write");
        assert!(questions[1].action.properties.is_empty() && questions[1].context.is_empty());
        assert_eq!(questions[2].resource.id, "2");
        assert_eq!(questions[2].context, one.context);
    }

    #[test]
    fn ok_no_questions_are_one() {
        let mut body = whole();
        assert_eq!(batch(&object(body.clone())), Ok(None));
        body["evaluations"] = json!([]);
        assert_eq!(batch(&object(body)), Ok(None));
    }

    #[test]
    fn ok_semantics_have_three_names() {
        for (name, expected) in [
            ("execute_all", Semantic::ExecuteAll),
            ("deny_on_first_deny", Semantic::DenyOnFirstDeny),
            ("permit_on_first_permit", Semantic::PermitOnFirstPermit),
        ] {
            let body = json!({"options": {"evaluations_semantic": name, "other": 1}});
            assert_eq!(semantic(&object(body)), Ok(expected));
        }
        let body = json!({"options": {"evaluations_semantic": "all"}});
        refused(semantic(&object(body)), "use execute_all");
    }

    #[test]
    fn err_batches_of_another_form() {
        let mut body = whole();
        for (evaluations, message) in [
            (json!({}), "`evaluations` is no array"),
            (json!([1]), "`evaluations[0]` is no object"),
            (
                json!([{}, {"subject": {"type": "user"}}]),
                "`evaluations[1].subject.id` is missing",
            ),
            (json!(vec![json!({}); 101]), "101 questions"),
        ] {
            body["evaluations"] = evaluations;
            refused(batch(&object(body.clone())), message);
        }
        let mut body = object(whole());
        body.remove("action");
        body.insert("evaluations".into(), json!([{}]));
        refused(batch(&body), "`evaluations[0].action` is missing");
    }
}

//! A client exchanges a token for another one: for less, or to act for its subject elsewhere.
//!
//! [RFC 8693](https://www.rfc-editor.org/rfc/rfc8693)

use super::{Allowed, GrantType, Granted};
use crate::token::Actor;
use crate::{Form, OAuthError, Resource, Scope};

/// The type of an access token, whatever its form.
pub const ACCESS_TOKEN_TYPE: &str = "urn:ietf:params:oauth:token-type:access_token";

/// The type of any JWT: of ours, or of a trusted issuer.
pub const JWT_TYPE: &str = "urn:ietf:params:oauth:token-type:jwt";

/// A request to exchange a token.
#[derive(Clone, PartialEq, Eq)]
pub struct ExchangeRequest {
    /// The token of whom it is about. It is verified before [`ExchangeRequest::decide`].
    pub subject_token: String,
    /// The token of who acts. It is verified, too.
    pub actor_token: Option<String>,
    scope: Option<Scope>,
    resources: Vec<Resource>,
}

/// A token that the request presents, and that was found to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresentedToken {
    /// Whom it is about.
    pub sub: String,
    /// Whether that is a person, and not a client.
    pub is_person: bool,
    /// The client that it was issued to. None for a token of a trusted issuer.
    pub client_id: Option<String>,
    /// What it permits. None for a token of a trusted issuer, whose scopes mean nothing here.
    pub scope: Option<Scope>,
    /// For whom it is.
    pub audience: Vec<String>,
    /// Until when.
    pub exp: i64,
    /// Who acts already.
    pub act: Option<Actor>,
    /// The thumbprint that it is bound to.
    pub jkt: Option<String>,
}

/// What an exchange goes by.
#[derive(Clone, Copy, Debug)]
pub struct ExchangeRules<'a> {
    /// What the client may get.
    pub allowed: Allowed<'a>,
    /// As whom the client takes tokens, besides its own id: the resources that it serves.
    pub receives_as: &'a [&'a str],
    /// The thumbprint of the request's proof.
    pub jkt: Option<&'a str>,
    /// When.
    pub now_secs: i64,
    /// How long a token lives at most.
    pub life_secs: i64,
}

/// The token to issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchanged {
    /// What it is good for.
    pub granted: Granted,
    /// Whom it is about: the subject token's.
    pub sub: String,
    /// Who acts.
    pub act: Option<Actor>,
    /// Until when: never longer than the subject token and that of who acts. What ends those is remembered for so long.
    pub exp: i64,
}

impl ExchangeRequest {
    /// Reads the form.
    ///
    /// # Errors
    /// `invalid_request`, `invalid_scope`, `invalid_target`.
    pub fn parse(form: &Form) -> Result<Self, OAuthError> {
        let subject_token = form.required("subject_token")?;
        check_type(
            "subject_token_type",
            Some(form.required("subject_token_type")?),
        )?;
        let actor_token = form.get("actor_token");
        let actor_type = form.get("actor_token_type");
        // > This is REQUIRED when the "actor_token" parameter is present in the request but MUST NOT be included otherwise.
        if actor_token.is_some() != actor_type.is_some() {
            return Err(OAuthError::invalid_request(
                "parameters `actor_token` and `actor_token_type` go together",
            ));
        }
        check_type("actor_token_type", actor_type)?;
        check_type("requested_token_type", form.get("requested_token_type"))?;
        let mut resources = Resource::asked(form)?;
        // The logical names of our resources are their URIs.
        for audience in form.all("audience") {
            let resource = Resource::parse(audience).map_err(|_| unknown_target())?;
            if !resources.contains(&resource) {
                resources.push(resource);
            }
        }
        Ok(Self {
            subject_token: subject_token.to_owned(),
            actor_token: actor_token.map(str::to_owned),
            scope: Scope::parse_optional(form.get("scope"))?,
            resources,
        })
    }

    /// What it gets for a subject token, and an actor token if it has one, that both hold.
    ///
    /// # Errors
    /// `unauthorized_client`, `invalid_request`, `invalid_scope`, `invalid_target`.
    pub fn decide(
        &self,
        subject: &PresentedToken,
        actor: Option<&PresentedToken>,
        rules: &ExchangeRules<'_>,
    ) -> Result<Exchanged, OAuthError> {
        let allowed = &rules.allowed;
        allowed.check(GrantType::TokenExchange)?;
        if allowed.is_public {
            return Err(OAuthError::unauthorized_client(
                "a public client cannot exchange tokens",
            ));
        }
        let is_own = subject.client_id.as_deref() == Some(allowed.client_id);
        may_use("subject", subject, is_own, rules)?;
        // A client's own rights are not another one's to take.
        if !subject.is_person && !is_own {
            return Err(OAuthError::invalid_request(
                "the subject token is another client's own, with no person behind it",
            ));
        }
        if let Some(actor) = actor {
            let is_own = actor.client_id.as_deref() == Some(allowed.client_id);
            may_use("actor", actor, is_own, rules)?;
        }
        Ok(Exchanged {
            granted: Granted {
                scope: self.scope(subject, allowed.scope)?,
                resources: self.resources(subject, is_own, allowed.resources)?,
            },
            sub: subject.sub.clone(),
            act: acting(subject, actor, is_own, allowed.client_id)?,
            exp: rules
                .now_secs
                .saturating_add(rules.life_secs)
                .min(subject.exp)
                .min(actor.map_or(i64::MAX, |actor| actor.exp)),
        })
    }

    /// Never more than the subject token permits, nor than the client may have.
    fn scope(&self, subject: &PresentedToken, allowed: &Scope) -> Result<Scope, OAuthError> {
        let most = match &subject.scope {
            Some(scope) => scope.intersect(allowed),
            None => allowed.clone(),
        };
        Scope::granted(self.scope.as_ref(), &most)
    }

    /// Narrowing its own token, a client stays within its audience; acting for another, within what it may reach.
    fn resources(
        &self,
        subject: &PresentedToken,
        is_own: bool,
        allowed: &[Resource],
    ) -> Result<Vec<Resource>, OAuthError> {
        if !is_own {
            return Resource::granted(&self.resources, allowed);
        }
        let is_within = |resource: &&Resource| {
            let uri = resource.as_str();
            subject.audience.iter().any(|one| one == uri)
        };
        let within: Vec<_> = allowed.iter().filter(is_within).cloned().collect();
        Resource::granted(&self.resources, &within)
    }
}

/// A client may use a token that was issued to it, or sent to it; and a bound one only with its key or as its receiver.
fn may_use(
    name: &str,
    token: &PresentedToken,
    is_own: bool,
    rules: &ExchangeRules<'_>,
) -> Result<(), OAuthError> {
    if token.exp <= rules.now_secs {
        return Err(OAuthError::invalid_request(format!(
            "the {name} token has expired"
        )));
    }
    if is_own && token.jkt.is_some() && token.jkt.as_deref() != rules.jkt {
        return Err(OAuthError::invalid_dpop_proof(format!(
            "the {name} token is bound to another key than the proof's"
        )));
    }
    let is_receiver = token
        .audience
        .iter()
        .any(|one| one == rules.allowed.client_id || rules.receives_as.contains(&one.as_str()));
    // A trusted issuer's token was checked to be for this issuer.
    if is_own || is_receiver || (token.client_id.is_none() && token.jkt.is_none()) {
        Ok(())
    } else {
        Err(OAuthError::invalid_request(format!(
            "the {name} token was neither issued to this client nor is it for this client"
        )))
    }
}

/// Whoever acts for someone else is named.
fn acting(
    subject: &PresentedToken,
    actor: Option<&PresentedToken>,
    is_own: bool,
    client_id: &str,
) -> Result<Option<Actor>, OAuthError> {
    let sub = match actor {
        Some(actor) => &actor.sub,
        None if is_own => return Ok(subject.act.clone()),
        None => client_id,
    };
    Actor::after(sub, subject.act.as_ref())
        .map(Some)
        .ok_or_else(|| OAuthError::invalid_request("too many have acted for this subject already"))
}

fn check_type(parameter: &str, value: Option<&str>) -> Result<(), OAuthError> {
    match value {
        None | Some(ACCESS_TOKEN_TYPE | JWT_TYPE) => Ok(()),
        Some(_) => Err(OAuthError::invalid_request(format!(
            "parameter `{parameter}` must be `{ACCESS_TOKEN_TYPE}` or `{JWT_TYPE}`"
        ))),
    }
}

fn unknown_target() -> OAuthError {
    OAuthError::invalid_target("an audience that the request names is not known here")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorCode;

    const NOW: i64 = 1_800_000_000;
    const TYPES: &str =
        "subject_token=t&subject_token_type=urn:ietf:params:oauth:token-type:access_token";

    fn subject() -> PresentedToken {
        PresentedToken {
            sub: "person-1".to_owned(),
            is_person: true,
            client_id: Some("app".to_owned()),
            scope: Scope::parse("a b").ok(),
            audience: vec!["urn:x:api".to_owned()],
            exp: NOW + 100,
            act: None,
            jkt: None,
        }
    }

    fn resource(text: &str) -> Resource {
        Resource::parse(text).unwrap()
    }

    fn exchange_as(
        client_id: &str,
        form: &str,
        subject: &PresentedToken,
        actor: Option<&PresentedToken>,
    ) -> Result<Exchanged, OAuthError> {
        let rules = ExchangeRules {
            allowed: Allowed {
                client_id,
                grant_types: &[GrantType::TokenExchange],
                scope: &Scope::parse("b c").unwrap(),
                resources: &[resource("urn:x:api"), resource("urn:x:backend")],
                is_public: false,
            },
            receives_as: &["urn:x:api"],
            jkt: Some("thumb"),
            now_secs: NOW,
            life_secs: 600,
        };
        let form = Form::parse(form.as_bytes()).unwrap();
        ExchangeRequest::parse(&form)?.decide(subject, actor, &rules)
    }

    /// As the service that took the token from `app`.
    fn exchange(form: &str) -> Result<Exchanged, OAuthError> {
        exchange_as("api", form, &subject(), None)
    }

    #[track_caller]
    fn err(result: Result<Exchanged, OAuthError>, code: ErrorCode) {
        assert_eq!(result.map_err(|error| error.code), Err(code));
    }

    #[test]
    fn ok_a_service_acts_for_a_person_within_both_their_scopes() {
        let exchanged = exchange(&format!("{TYPES}&resource=urn:x:backend")).unwrap();
        assert_eq!(exchanged.sub, "person-1");
        assert_eq!(exchanged.granted.scope.to_string(), "b");
        assert_eq!(exchanged.granted.resources, [resource("urn:x:backend")]);
        assert_eq!(exchanged.act, Actor::after("api", None));
        assert_eq!(exchanged.exp, NOW + 100);
        let logical = exchange(&format!("{TYPES}&audience=urn:x:backend")).unwrap();
        assert_eq!(logical.granted, exchanged.granted);
    }

    #[test]
    fn ok_a_client_narrows_its_own_token() {
        let own = exchange_as("app", &format!("{TYPES}&scope=b"), &subject(), None).unwrap();
        assert_eq!(own.act, None);
        assert_eq!(own.granted.resources, [resource("urn:x:api")]);
        let wider = format!("{TYPES}&resource=urn:x:backend");
        err(
            exchange_as("app", &wider, &subject(), None),
            ErrorCode::InvalidTarget,
        );
        let machine = PresentedToken {
            sub: "app".to_owned(),
            is_person: false,
            ..subject()
        };
        assert!(exchange_as("app", TYPES, &machine, None).is_ok());
        err(
            exchange_as("api", TYPES, &machine, None),
            ErrorCode::InvalidRequest,
        );
    }

    /// Attack case 13: nothing is got that was not there.
    #[test]
    fn err_wider_scope_or_another_target() {
        err(
            exchange(&format!("{TYPES}&scope=a")),
            ErrorCode::InvalidScope,
        );
        err(
            exchange(&format!("{TYPES}&scope=c")),
            ErrorCode::InvalidScope,
        );
        for target in [
            "resource=urn:x:other",
            "audience=urn:x:other",
            "audience=other",
        ] {
            err(
                exchange(&format!("{TYPES}&{target}")),
                ErrorCode::InvalidTarget,
            );
        }
    }

    #[test]
    fn err_types_that_are_not_supported_or_do_not_go_together() {
        for form in [
            "subject_token_type=urn:ietf:params:oauth:token-type:access_token",
            "subject_token=t",
            "subject_token=t&subject_token_type=urn:ietf:params:oauth:token-type:saml2",
            &format!("{TYPES}&actor_token=t"),
            &format!("{TYPES}&actor_token_type={ACCESS_TOKEN_TYPE}"),
            &format!("{TYPES}&actor_token=t&actor_token_type=x"),
            &format!("{TYPES}&requested_token_type=urn:ietf:params:oauth:token-type:refresh_token"),
        ] {
            err(exchange(form), ErrorCode::InvalidRequest);
        }
        assert!(exchange(&format!("{TYPES}&requested_token_type={JWT_TYPE}")).is_ok());
    }

    #[test]
    fn err_a_token_of_someone_else() {
        let stolen = PresentedToken {
            audience: vec!["urn:x:elsewhere".to_owned()],
            ..subject()
        };
        err(
            exchange_as("api", TYPES, &stolen, None),
            ErrorCode::InvalidRequest,
        );
        let expired = PresentedToken {
            exp: NOW,
            ..subject()
        };
        err(
            exchange_as("api", TYPES, &expired, None),
            ErrorCode::InvalidRequest,
        );
        let bound = PresentedToken {
            jkt: Some("other".to_owned()),
            ..subject()
        };
        err(
            exchange_as("app", TYPES, &bound, None),
            ErrorCode::InvalidDpopProof,
        );
        assert!(exchange_as("api", TYPES, &bound, None).is_ok());
    }

    #[test]
    fn a_trusted_issuers_token_gets_what_the_client_may_have() {
        let external = PresentedToken {
            client_id: None,
            scope: None,
            audience: vec!["https://id.example.com".to_owned()],
            ..subject()
        };
        let exchanged = exchange_as("api", TYPES, &external, None).unwrap();
        assert_eq!(exchanged.granted.scope.to_string(), "b c");
        assert_eq!(exchanged.act, Actor::after("api", None));
    }

    #[test]
    fn the_actor_comes_before_those_who_acted_already() {
        let delegated = PresentedToken {
            act: Actor::after("first", None),
            ..subject()
        };
        let actor = PresentedToken {
            sub: "api".to_owned(),
            is_person: false,
            client_id: Some("api".to_owned()),
            ..subject()
        };
        let form = format!("{TYPES}&actor_token=t&actor_token_type={ACCESS_TOKEN_TYPE}");
        let exchanged = exchange_as("api", &form, &delegated, Some(&actor)).unwrap();
        assert_eq!(
            exchanged.act,
            Actor::after("api", Actor::after("first", None).as_ref())
        );
        assert_eq!(exchanged.exp, NOW + 100);
        let shorter = PresentedToken {
            exp: NOW + 50,
            ..actor
        };
        let exchanged = exchange_as("api", &form, &delegated, Some(&shorter)).unwrap();
        assert_eq!(exchanged.exp, NOW + 50);
    }

    #[test]
    fn err_a_client_without_the_grant_or_a_public_one() {
        let form = Form::parse(TYPES.as_bytes()).unwrap();
        let request = ExchangeRequest::parse(&form).ok().unwrap();
        for (grant_types, is_public) in [(&[][..], false), (&[GrantType::TokenExchange][..], true)]
        {
            let rules = ExchangeRules {
                allowed: Allowed {
                    client_id: "app",
                    grant_types,
                    scope: &Scope::default(),
                    resources: &[],
                    is_public,
                },
                receives_as: &[],
                jkt: None,
                now_secs: NOW,
                life_secs: 600,
            };
            err(
                request.decide(&subject(), None, &rules),
                ErrorCode::UnauthorizedClient,
            );
        }
    }
}

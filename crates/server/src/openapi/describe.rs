//! Builds one route's description.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::Method;
use switchboard_contract::problem::{Problem, ProblemCode};
use utoipa::ToSchema;
use utoipa::openapi::path::{OperationBuilder, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{
    ComponentsBuilder, Content, ContentBuilder, HttpMethod, Ref, RefOr, Required, Response, ResponseBuilder,
};

use crate::problem::PROBLEM_JSON;
use crate::tokens::reach::scope_of;

/// The shapes that routes name, collected while they are described.
#[derive(Default)]
pub(super) struct Schemas(BTreeMap<String, RefOr<Schema>>);

impl Schemas {
    /// The collected shapes.
    pub(super) fn components(self) -> ComponentsBuilder {
        ComponentsBuilder::new().schemas_from_iter(self.0)
    }

    fn refer<T: ToSchema>(&mut self, name: &str) -> Ref {
        let mut inner = Vec::new();
        T::schemas(&mut inner);
        self.0.extend(inner);
        self.0.insert(name.to_owned(), T::schema());
        Ref::from_schema_name(name)
    }
}

/// A shape and its name.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    name: fn() -> String,
    refer: fn(&mut Schemas, &str) -> Ref,
}

/// The shape of `T`, under its own name.
fn shape<T: ToSchema>() -> Shape {
    Shape {
        name: || T::name().into_owned(),
        refer: |schemas, name| schemas.refer::<T>(name),
    }
}

/// The shape of a list `L` of `T`; a generic shape alone does not bring its items' along.
pub(super) fn list_of<L: ToSchema, T: ToSchema>() -> Shape {
    Shape {
        name: || L::name().into_owned(),
        refer: |schemas, name| {
            schemas.refer::<T>(&T::name());
            schemas.refer::<L>(name)
        },
    }
}

/// What proves who calls.
#[derive(Clone, Copy)]
pub(super) enum Caller {
    /// Nothing.
    Anyone,
    /// A member's access token.
    Operator,
    /// The same, also of a member who still has to set up a second factor.
    AnyOperator,
    /// The refresh cookie.
    RefreshCookie,
    /// A visitor's token.
    Visitor,
}

/// One answer that is no problem.
struct Answer {
    status: u16,
    about: &'static str,
    /// The body's name and shape.
    body: Option<(String, Shape)>,
    /// Whether the body is a file instead.
    is_file: bool,
}

/// One route.
pub(super) struct Route {
    method: HttpMethod,
    path: &'static str,
    tag: &'static str,
    summary: &'static str,
    caller: Caller,
    parameters: Vec<Parameter>,
    body: Option<Shape>,
    /// Whether the body is a file instead.
    takes_file: bool,
    answers: Vec<Answer>,
    problems: BTreeSet<ProblemCode>,
}

impl Route {
    /// `GET path`.
    pub(super) fn get(path: &'static str, tag: &'static str, summary: &'static str) -> Self {
        Self::new(HttpMethod::Get, path, tag, summary)
    }

    /// `POST path`.
    pub(super) fn post(path: &'static str, tag: &'static str, summary: &'static str) -> Self {
        Self::new(HttpMethod::Post, path, tag, summary)
    }

    /// `PUT path`.
    pub(super) fn put(path: &'static str, tag: &'static str, summary: &'static str) -> Self {
        Self::new(HttpMethod::Put, path, tag, summary)
    }

    /// `PATCH path`.
    pub(super) fn patch(path: &'static str, tag: &'static str, summary: &'static str) -> Self {
        Self::new(HttpMethod::Patch, path, tag, summary)
    }

    /// `DELETE path`.
    pub(super) fn delete(path: &'static str, tag: &'static str, summary: &'static str) -> Self {
        Self::new(HttpMethod::Delete, path, tag, summary)
    }

    fn new(method: HttpMethod, path: &'static str, tag: &'static str, summary: &'static str) -> Self {
        Self {
            method,
            path,
            tag,
            summary,
            caller: Caller::Anyone,
            parameters: Vec::new(),
            body: None,
            takes_file: false,
            answers: Vec::new(),
            problems: BTreeSet::from([ProblemCode::Internal, ProblemCode::Unavailable]),
        }
    }

    /// Who may call it.
    pub(super) fn caller(mut self, caller: Caller) -> Self {
        self.caller = caller;
        match caller {
            Caller::Anyone => self,
            Caller::Operator => self.refuses(&[ProblemCode::Unauthenticated, ProblemCode::TotpEnrolmentDue]),
            Caller::AnyOperator => self.refuses(&[ProblemCode::Unauthenticated]),
            Caller::RefreshCookie => self.refuses(&[ProblemCode::OriginRefused]),
            Caller::Visitor => self.refuses(&[ProblemCode::Unauthenticated, ProblemCode::Blocked]),
        }
    }

    /// An id in the path; what is no id or someone else's leads nowhere.
    pub(super) fn id(mut self, name: &'static str, about: &'static str) -> Self {
        let schema = ObjectBuilder::new().schema_type(Type::String).format(Some(
            utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::Uuid),
        ));
        self.parameters.push(
            ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Path)
                .required(Required::True)
                .description(Some(about))
                .schema(Some(schema))
                .build(),
        );
        self.refuses(&[ProblemCode::NotFound])
    }

    /// A website's public key in the path; an unknown one leads nowhere.
    pub(super) fn public_key(mut self) -> Self {
        self.parameters.push(
            ParameterBuilder::new()
                .name("publicKey")
                .parameter_in(ParameterIn::Path)
                .required(Required::True)
                .description(Some("From the website's snippet"))
                .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
                .build(),
        );
        self.refuses(&[ProblemCode::NotFound])
    }

    /// A mailed token in the path; one that is used or too old is 410.
    pub(super) fn token(mut self) -> Self {
        self.parameters.push(
            ParameterBuilder::new()
                .name("token")
                .parameter_in(ParameterIn::Path)
                .required(Required::True)
                .description(Some("From the mail's link"))
                .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
                .build(),
        );
        self.refuses(&[ProblemCode::Gone])
    }

    /// `If-Match`: 409 when the resource is no longer at that version.
    pub(super) fn if_match(mut self) -> Self {
        self.parameters.push(
            ParameterBuilder::new()
                .name("If-Match")
                .parameter_in(ParameterIn::Header)
                .required(Required::False)
                .description(Some("The version that was read, in quotation marks"))
                .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
                .build(),
        );
        self.refuses(&[ProblemCode::BadRequest, ProblemCode::Conflict])
    }

    /// Query parameters: name, type and meaning; one that does not read is 400.
    pub(super) fn query(mut self, parameters: &[(&str, Type, &str)]) -> Self {
        for (name, kind, about) in parameters {
            self.parameters.push(
                ParameterBuilder::new()
                    .name(*name)
                    .parameter_in(ParameterIn::Query)
                    .required(Required::False)
                    .description(Some(*about))
                    .schema(Some(ObjectBuilder::new().schema_type(kind.clone())))
                    .build(),
            );
        }
        self.refuses(&[ProblemCode::BadRequest])
    }

    /// A header that may be sent; one that does not read is 400.
    pub(super) fn header(mut self, name: &'static str, about: &'static str) -> Self {
        self.parameters.push(
            ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Header)
                .required(Required::False)
                .description(Some(about))
                .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
                .build(),
        );
        self.refuses(&[ProblemCode::BadRequest])
    }

    /// The body.
    pub(super) fn takes<T: ToSchema>(mut self) -> Self {
        self.body = Some(shape::<T>());
        self.refuses(&[
            ProblemCode::MalformedJson,
            ProblemCode::UnsupportedMediaType,
            ProblemCode::BodyTooLarge,
            ProblemCode::ValidationFailed,
        ])
    }

    /// A body that is a file, of any media type.
    pub(super) fn takes_file(mut self) -> Self {
        self.takes_file = true;
        self.refuses(&[ProblemCode::BodyTooLarge, ProblemCode::ValidationFailed])
    }

    /// An answer with a body.
    pub(super) fn answers<T: ToSchema>(self, status: u16, about: &'static str) -> Self {
        let shape = shape::<T>();
        self.answers_as(&(shape.name)(), shape, status, about)
    }

    /// An answer whose body has a name of its own, such as a list of something.
    pub(super) fn answers_as(mut self, name: &str, shape: Shape, status: u16, about: &'static str) -> Self {
        self.answers.push(Answer {
            status,
            about,
            body: Some((name.to_owned(), shape)),
            is_file: false,
        });
        self
    }

    /// An answer without a body.
    pub(super) fn answers_empty(mut self, status: u16, about: &'static str) -> Self {
        self.answers.push(Answer {
            status,
            about,
            body: None,
            is_file: false,
        });
        self
    }

    /// An answer that is a file.
    pub(super) fn answers_file(mut self, status: u16, about: &'static str) -> Self {
        self.answers.push(Answer {
            status,
            about,
            body: None,
            is_file: true,
        });
        self
    }

    /// Problems that it may answer, besides the usual ones.
    pub(super) fn refuses(mut self, problems: &[ProblemCode]) -> Self {
        self.problems.extend(problems);
        self
    }

    /// Its path.
    pub(super) fn path(&self) -> &'static str {
        self.path
    }

    /// Its description.
    pub(super) fn item(self, schemas: &mut Schemas) -> PathItem {
        let mut operation = OperationBuilder::new()
            .tag(self.tag)
            .summary(Some(self.summary))
            .operation_id(Some(operation_id(&self.method, self.path)));
        if let Some(requirement) = requirement(self.caller) {
            operation = operation.security(requirement);
        }
        if let Some(scope) = named(&self.method).and_then(|method| scope_of(&method, self.path)) {
            operation = operation.security(SecurityRequirement::new("token", [scope.as_str()]));
        }
        for parameter in self.parameters {
            operation = operation.parameter(parameter);
        }
        if let Some(body) = self.body {
            let reference = (body.refer)(schemas, &(body.name)());
            operation = operation.request_body(Some(
                RequestBodyBuilder::new()
                    .required(Some(Required::True))
                    .content(
                        "application/json",
                        ContentBuilder::new().schema(Some(reference)).build(),
                    )
                    .build(),
            ));
        }
        if self.takes_file {
            operation = operation.request_body(Some(
                RequestBodyBuilder::new()
                    .required(Some(Required::True))
                    .content(FILE, file())
                    .build(),
            ));
        }
        for answer in self.answers {
            let mut response = ResponseBuilder::new().description(answer.about);
            if let Some((name, shape)) = answer.body {
                let reference = (shape.refer)(schemas, &name);
                response = response.content(
                    "application/json",
                    ContentBuilder::new().schema(Some(reference)).build(),
                );
            }
            if answer.is_file {
                response = response.content(FILE, file());
            }
            operation = operation.response(answer.status.to_string(), response.build());
        }
        for (status, codes) in by_status(&self.problems) {
            operation = operation.response(status.to_string(), refusal(schemas, &codes));
        }
        PathItem::new(self.method, operation)
    }
}

const FILE: &str = "application/octet-stream";

fn file() -> Content {
    let bytes = ObjectBuilder::new().schema_type(Type::String).format(Some(
        utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::Binary),
    ));
    ContentBuilder::new().schema(Some(bytes)).build()
}

fn requirement(caller: Caller) -> Option<SecurityRequirement> {
    let name = match caller {
        Caller::Anyone => return None,
        Caller::Operator | Caller::AnyOperator => "access",
        Caller::RefreshCookie => "refresh",
        Caller::Visitor => "visitor",
    };
    Some(SecurityRequirement::new(name, Vec::<String>::new()))
}

fn by_status(problems: &BTreeSet<ProblemCode>) -> BTreeMap<u16, Vec<ProblemCode>> {
    let mut statuses = BTreeMap::<u16, Vec<ProblemCode>>::new();
    for problem in problems {
        statuses.entry(problem.status()).or_default().push(*problem);
    }
    statuses
}

fn refusal(schemas: &mut Schemas, codes: &[ProblemCode]) -> Response {
    let lines: Vec<String> = codes
        .iter()
        .map(|code| format!("`{}`: {}", code.as_str(), code.title()))
        .collect();
    let reference = schemas.refer::<Problem>("Problem");
    ResponseBuilder::new()
        .description(lines.join("\n\n"))
        .content(
            PROBLEM_JSON,
            ContentBuilder::new().schema(Some(reference)).build(),
        )
        .build()
}

fn named(method: &HttpMethod) -> Option<Method> {
    match method {
        HttpMethod::Get => Some(Method::GET),
        HttpMethod::Post => Some(Method::POST),
        HttpMethod::Put => Some(Method::PUT),
        HttpMethod::Patch => Some(Method::PATCH),
        HttpMethod::Delete => Some(Method::DELETE),
        HttpMethod::Options | HttpMethod::Head | HttpMethod::Trace => None,
    }
}

/// Such as `post_live_chat_messages`.
fn operation_id(method: &HttpMethod, path: &str) -> String {
    let method = match method {
        HttpMethod::Get => "get",
        HttpMethod::Post => "post",
        HttpMethod::Put => "put",
        HttpMethod::Patch => "patch",
        HttpMethod::Delete => "delete",
        HttpMethod::Options | HttpMethod::Head | HttpMethod::Trace => "other",
    };
    let words: Vec<&str> = path
        .trim_start_matches("/api")
        .split(['/', '-', '{', '}'])
        .filter(|word| !word.is_empty())
        .collect();
    format!("{method}_{}", words.join("_"))
}

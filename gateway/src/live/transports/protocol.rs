//! Messages and close codes of the subprotocol `graphql-transport-ws`. Pure functions.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::answer::{ErrorCode, Refusal, Rejection};
use crate::live::limits::addresses::SOCKETS_OF_ONE_ADDRESS;
use crate::live::model::Ending;
use crate::schema::GraphqlRequest;

/// Name of the subprotocol in the upgrade.
pub const SUBPROTOCOL: &str = "graphql-transport-ws";
/// The acknowledgement of `connection_init`.
pub const ACK: &str = r#"{"type":"connection_ack"}"#;

/// Longest reason that fits into a close frame.
const REASON_LIMIT: usize = 123;

/// A close code with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Close {
    /// The code.
    pub code: u16,
    /// Human-readable reason.
    pub reason: Cow<'static, str>,
}

impl Close {
    const fn fixed(code: u16, reason: &'static str) -> Self {
        Self {
            code,
            reason: Cow::Borrowed(reason),
        }
    }

    /// A message that the protocol does not have.
    pub fn invalid(what: &str) -> Self {
        Self::new(4400, format!("Invalid message: {what}"))
    }

    /// An operation before the acknowledgement.
    pub const UNAUTHORIZED: Self = Self::fixed(4401, "Unauthorized");
    /// The client does not offer this subprotocol.
    pub const SUBPROTOCOL: Self = Self::fixed(4406, "Subprotocol not acceptable");
    /// No `connection_init` in time.
    pub const INIT_TIMEOUT: Self = Self::fixed(4408, "Connection initialisation timeout");
    /// A second `connection_init`.
    pub const INIT_REPEATED: Self = Self::fixed(4429, "Too many initialisation requests");
    /// The access token expired. A client may reconnect with a new one, so this is not 4401.
    pub const TOKEN_EXPIRED: Self = Self::fixed(4403, "Forbidden: access token expired");
    /// Access was revoked: session or role ended, or the tenant was suspended.
    pub const REVOKED: Self = Self::fixed(4403, "Forbidden: access was revoked");
    /// A message over the size limit.
    pub const TOO_BIG: Self = Self::fixed(1009, "Message is too big");
    /// Text that is not UTF-8.
    pub const NOT_UTF8: Self = Self::fixed(1007, "Message is not UTF-8");
    /// Broken frames.
    pub const PROTOCOL_ERROR: Self = Self::fixed(1002, "Protocol error");
    /// Shutdown: the client reconnects to another gateway.
    pub const RESTART: Self = Self::fixed(1012, "Service restart");
    /// A temporary failure: reconnect later and resume.
    pub const TRY_AGAIN: Self = Self::fixed(1013, "Try again later");
    /// The client was too slow for too long.
    pub const TOO_SLOW: Self = Self::fixed(1013, "Too slow: resume with the last cursor");

    /// The operation id is in use.
    pub fn duplicate(id: &str) -> Self {
        Self::new(4409, format!("Subscriber for {id} already exists"))
    }

    /// The quota of sockets of the address is reached.
    pub fn address_full(limit: u32) -> Self {
        let code = ErrorCode::RateLimited.as_str();
        let what = SOCKETS_OF_ONE_ADDRESS;
        Self::new(1013, format!("{code}: {what} are limited to {limit}"))
    }

    /// `connection_init` was refused.
    pub fn refused(rejection: &Rejection) -> Self {
        match rejection.code() {
            ErrorCode::ServiceUnavailable | ErrorCode::InternalServerError => Self::TRY_AGAIN,
            code => Self::new(4403, format!("Forbidden: {}", code.as_str())),
        }
    }

    fn new(code: u16, mut reason: String) -> Self {
        let fits = (0..=REASON_LIMIT)
            .rev()
            .find(|length| reason.is_char_boundary(*length));
        reason.truncate(fits.unwrap_or_default());
        Self {
            code,
            reason: Cow::Owned(reason),
        }
    }
}

/// Messages of the client.
#[derive(Debug)]
pub enum ClientMessage {
    /// The first message.
    Init(InitPayload),
    /// Must be answered with a pong that carries the same payload.
    Ping(Option<Box<RawValue>>),
    /// An answer to a ping, or a heartbeat.
    Pong,
    /// Starts an operation.
    Subscribe {
        /// Chosen by the client, unique among its running operations.
        id: String,
        /// What to run.
        request: GraphqlRequest,
    },
    /// Ends an operation.
    Complete {
        /// Id of the operation.
        id: String,
    },
}

/// Payload of `connection_init`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct InitPayload {
    /// Same format as the header of this name.
    pub authorization: Option<String>,
    /// Slug of the tenant, as in the header `X-Tenant`.
    pub tenant: Option<String>,
}

#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(default)]
    id: Option<String>,
    #[serde(borrow, default)]
    payload: Option<&'a RawValue>,
}

/// Parses a text frame; anything that is not a client message closes with 4400.
pub fn parse(text: &str) -> Result<ClientMessage, Close> {
    let wire: Wire<'_> = serde_json::from_str(text)
        .map_err(|error| Close::invalid(&format!("not a message ({error})")))?;
    match wire.kind.as_ref() {
        "connection_init" => Ok(ClientMessage::Init(init_payload(wire.payload)?)),
        "ping" => {
            object(wire.payload, "payload of ping")?;
            Ok(ClientMessage::Ping(wire.payload.map(ToOwned::to_owned)))
        }
        "pong" => {
            object(wire.payload, "payload of pong")?;
            Ok(ClientMessage::Pong)
        }
        "subscribe" => {
            let id = operation_id(wire.id)?;
            object(wire.payload, "payload of subscribe")?;
            let payload = wire.payload.map(RawValue::get).unwrap_or_default();
            let (request, _) = GraphqlRequest::parse(payload.as_bytes())
                .map_err(|rejection| Close::invalid(&rejection.to_string()))?;
            Ok(ClientMessage::Subscribe { id, request })
        }
        "complete" => Ok(ClientMessage::Complete {
            id: operation_id(wire.id)?,
        }),
        other => Err(Close::invalid(&format!("type {other} is not for servers"))),
    }
}

fn operation_id(id: Option<String>) -> Result<String, Close> {
    id.filter(|id| !id.is_empty())
        .ok_or_else(|| Close::invalid("id must be a text"))
}

fn object(payload: Option<&RawValue>, what: &str) -> Result<(), Close> {
    match payload {
        Some(payload) if !payload.get().starts_with('{') => {
            Err(Close::invalid(&format!("{what} must be an object")))
        }
        _ => Ok(()),
    }
}

fn init_payload(payload: Option<&RawValue>) -> Result<InitPayload, Close> {
    object(payload, "payload of connection_init")?;
    let Some(payload) = payload else {
        return Ok(InitPayload::default());
    };
    let members: serde_json::Map<String, Value> = serde_json::from_str(payload.get())
        .map_err(|_unreadable| Close::invalid("payload of connection_init must be an object"))?;
    let text = |name: &str| {
        let member = members
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        match member {
            None | Some((_, Value::Null)) => Ok(None),
            Some((_, Value::String(text))) => Ok(Some(text.clone())),
            Some(_) => Err(Close::invalid(&format!("{name} must be a text"))),
        }
    };
    Ok(InitPayload {
        authorization: text("authorization")?,
        tenant: text("tenant")?,
    })
}

/// The pong for a ping.
pub fn pong(payload: Option<&RawValue>) -> String {
    match payload {
        None => r#"{"type":"pong"}"#.to_owned(),
        Some(payload) => format!("{{\"type\":\"pong\",\"payload\":{}}}", payload.get()),
    }
}

/// Writes the messages of one operation.
#[derive(Clone, Debug)]
pub struct OperationMessages {
    /// The id as a JSON string with quotes.
    id: Arc<str>,
}

impl OperationMessages {
    /// For the operation with this id.
    pub fn new(id: &str) -> Self {
        Self {
            id: Value::from(id).to_string().into(),
        }
    }

    /// An answer; `payload` is JSON and is copied as it is.
    pub fn next(&self, payload: &[u8]) -> String {
        let payload = String::from_utf8_lossy(payload);
        let id = &self.id;
        format!("{{\"id\":{id},\"type\":\"next\",\"payload\":{payload}}}")
    }

    /// The operation was refused or has failed; no message follows.
    pub fn error(&self, refusal: &Refusal) -> String {
        let (id, errors) = (&self.id, refusal.errors());
        format!("{{\"id\":{id},\"type\":\"error\",\"payload\":{errors}}}")
    }

    /// The operation has ended; no message follows.
    pub fn complete(&self) -> String {
        let id = &self.id;
        format!("{{\"id\":{id},\"type\":\"complete\"}}")
    }

    /// A position that the operation reached without an event: a ping whose payload maps the operation id to its
    /// cursor.
    pub fn position(&self, cursor: &str) -> String {
        let (id, cursor) = (&self.id, Value::from(cursor));
        format!("{{\"type\":\"ping\",\"payload\":{{\"cursors\":{{{id}:{cursor}}}}}}}")
    }
}

/// How a socket reports the end of a subscription: with the errors of the operation, or by closing so that the client
/// reconnects.
pub fn close_or_refusal(ending: Ending) -> Result<Refusal, Close> {
    match ending {
        Ending::Refused(refusal) => Ok(refusal),
        Ending::TokenExpired => Err(Close::TOKEN_EXPIRED),
        Ending::Revoked => Err(Close::REVOKED),
        Ending::TooSlow => Err(Close::TOO_SLOW),
        Ending::Unavailable => Err(Close::TRY_AGAIN),
        Ending::GoingAway => Err(Close::RESTART),
    }
}

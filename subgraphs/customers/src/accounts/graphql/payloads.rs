//! Payload types and the conversion of outcomes to them.

use async_graphql::{Enum, SimpleObject};
use graphql_server::types::DateTime;
use graphql_server::{Failure, Rejection};

use super::objects::StaffMember;
use crate::accounts::create_stream_ticket::{CreateStreamTicketError, StreamTicket};
use crate::accounts::model;
use crate::accounts::passwords::PasswordError;
use crate::accounts::refresh_session::RefreshSessionError;
use crate::accounts::session_tokens::{IssueTokensError, SessionTokens};
use crate::accounts::sign_in::SignInError;
use crate::accounts::sign_out::SignOutError;
use crate::accounts::update_staff_member::{StaffMemberRefusal, UpdateStaffMemberError};

fn tokens_failure(error: IssueTokensError) -> Failure {
    match error {
        IssueTokensError::Token(error) => Failure::internal(error),
        IssueTokensError::Store(error) => error.into(),
    }
}

fn field_path(field: &str) -> Vec<String> {
    vec!["input".to_owned(), field.to_owned()]
}

/// Tokens of the new session, or the reasons why sign-in failed.
#[derive(SimpleObject)]
pub struct SignInPayload {
    /// Access token for the header `Authorization: Bearer …`; null if sign-in failed.
    access_token: Option<String>,
    /// Refresh token, exchanged for a new access token when this one has expired; null if sign-in failed. Keep it secret.
    refresh_token: Option<String>,
    /// When the access token expires; null if sign-in failed.
    expires_at: Option<DateTime>,
    /// Why sign-in failed; empty on success.
    user_errors: Vec<SignInUserError>,
}

/// A reason why sign-in failed.
#[derive(SimpleObject)]
pub struct SignInUserError {
    /// Machine-readable code.
    code: SignInErrorCode,
    /// Human-readable message.
    message: String,
    /// Path of the input field that the error concerns, if any.
    field: Option<Vec<String>>,
}

/// Reasons why sign-in fails.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum SignInErrorCode {
    /// No account of this shop has this e-mail and password.
    InvalidCredentials,
    /// Too many failed sign-ins with this e-mail; retry after 15 minutes.
    TooManyAttempts,
}

impl SignInPayload {
    pub fn from_result(result: Result<SessionTokens, SignInError>) -> Result<Self, Failure> {
        match result {
            Ok(tokens) => Ok(Self {
                access_token: Some(tokens.access_token),
                refresh_token: Some(tokens.refresh_token.reveal()),
                expires_at: Some(DateTime(tokens.expires_at)),
                user_errors: Vec::new(),
            }),
            Err(error @ SignInError::InvalidCredentials) => {
                Ok(Self::refused(SignInErrorCode::InvalidCredentials, &error))
            }
            Err(error @ SignInError::TooManyAttempts) => {
                Ok(Self::refused(SignInErrorCode::TooManyAttempts, &error))
            }
            Err(SignInError::Password(error @ PasswordError::Busy)) => {
                Err(Failure::unavailable(error))
            }
            Err(SignInError::Password(
                error @ (PasswordError::Hash(_)
                | PasswordError::Parameters(_)
                | PasswordError::Stored(_)
                | PasswordError::Interrupted(_)),
            )) => Err(Failure::internal(error)),
            Err(SignInError::Tokens(error)) => Err(tokens_failure(error)),
            Err(SignInError::Store(error)) => Err(error.into()),
        }
    }

    fn refused(code: SignInErrorCode, error: &SignInError) -> Self {
        let message = error.to_string();
        Self {
            access_token: None,
            refresh_token: None,
            expires_at: None,
            user_errors: vec![SignInUserError {
                code,
                message,
                field: None,
            }],
        }
    }
}

/// The next tokens of the session, or the reasons why it was not refreshed.
#[derive(SimpleObject)]
pub struct RefreshSessionPayload {
    /// Access token for the header `Authorization: Bearer …`; null if the session was not refreshed.
    access_token: Option<String>,
    /// The next refresh token; the one in the input is used up. Null if the session was not refreshed.
    refresh_token: Option<String>,
    /// When the access token expires; null if the session was not refreshed.
    expires_at: Option<DateTime>,
    /// Why the session was not refreshed; empty on success.
    user_errors: Vec<RefreshSessionUserError>,
}

/// A reason why a session was not refreshed.
#[derive(SimpleObject)]
pub struct RefreshSessionUserError {
    /// Machine-readable code.
    code: RefreshSessionErrorCode,
    /// Human-readable message.
    message: String,
    /// Path of the input field that the error concerns, if any.
    field: Option<Vec<String>>,
}

/// Reasons why a session is not refreshed.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum RefreshSessionErrorCode {
    /// The refresh token is unknown or was used already, or its session has ended or expired: sign in again.
    InvalidRefreshToken,
}

impl RefreshSessionPayload {
    pub fn from_result(
        result: Result<SessionTokens, RefreshSessionError>,
    ) -> Result<Self, Failure> {
        match result {
            Ok(tokens) => Ok(Self {
                access_token: Some(tokens.access_token),
                refresh_token: Some(tokens.refresh_token.reveal()),
                expires_at: Some(DateTime(tokens.expires_at)),
                user_errors: Vec::new(),
            }),
            Err(error @ RefreshSessionError::InvalidRefreshToken) => Ok(Self {
                access_token: None,
                refresh_token: None,
                expires_at: None,
                user_errors: vec![RefreshSessionUserError {
                    code: RefreshSessionErrorCode::InvalidRefreshToken,
                    message: error.to_string(),
                    field: Some(field_path("refreshToken")),
                }],
            }),
            Err(RefreshSessionError::Tokens(error)) => Err(tokens_failure(error)),
            Err(RefreshSessionError::Store(error)) => Err(error.into()),
        }
    }
}

/// Result of signing out.
#[derive(SimpleObject)]
pub struct SignOutPayload {
    /// Number of sessions that this request ended; 0 if they had ended before.
    ended_sessions: i32,
    /// Why no session could be ended; empty on success.
    user_errors: Vec<SignOutUserError>,
}

/// A reason why sign-out failed.
#[derive(SimpleObject)]
pub struct SignOutUserError {
    /// Machine-readable code.
    code: SignOutErrorCode,
    /// Human-readable message.
    message: String,
    /// Path of the input field that the error concerns, if any.
    field: Option<Vec<String>>,
}

/// Reasons why sign-out fails.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum SignOutErrorCode {
    /// The request belongs to no session; `allSessions` does not need one.
    NoSession,
}

impl SignOutPayload {
    pub fn from_result(result: Result<usize, SignOutError>) -> Result<Self, Failure> {
        match result {
            Ok(ended) => Ok(Self {
                ended_sessions: i32::try_from(ended).unwrap_or(i32::MAX),
                user_errors: Vec::new(),
            }),
            Err(error @ SignOutError::NoSession) => Ok(Self {
                ended_sessions: 0,
                user_errors: vec![SignOutUserError {
                    code: SignOutErrorCode::NoSession,
                    message: error.to_string(),
                    field: None,
                }],
            }),
            Err(SignOutError::Anonymous) => Err(Rejection::Unauthenticated.into()),
            Err(SignOutError::Store(error)) => Err(error.into()),
        }
    }
}

/// The updated staff member, or the reasons why nothing changed.
#[derive(SimpleObject)]
pub struct UpdateStaffMemberPayload {
    /// The updated staff member; null if the update was refused.
    staff_member: Option<StaffMember>,
    /// Why the update was refused; empty on success.
    user_errors: Vec<UpdateStaffMemberUserError>,
}

/// A reason why a staff member was not updated.
#[derive(SimpleObject)]
pub struct UpdateStaffMemberUserError {
    /// Machine-readable code.
    code: UpdateStaffMemberErrorCode,
    /// Human-readable message.
    message: String,
    /// Path of the input field that the error concerns, if any.
    field: Option<Vec<String>>,
}

/// Reasons why a staff member is not updated.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum UpdateStaffMemberErrorCode {
    /// The shop has no such staff member.
    StaffMemberNotFound,
    /// The role does not exist or is not a role of staff.
    RoleUnknown,
    /// The shop would have no active owner left.
    LastOwner,
}

impl UpdateStaffMemberPayload {
    pub fn from_result(
        result: Result<model::StaffMember, UpdateStaffMemberError>,
    ) -> Result<Self, Failure> {
        let refusal = match result {
            Ok(member) => {
                return Ok(Self {
                    staff_member: Some(member.into()),
                    user_errors: Vec::new(),
                });
            }
            Err(UpdateStaffMemberError::Refused(refusal)) => refusal,
            Err(UpdateStaffMemberError::Denied(denied)) => return Err(denied.into()),
            Err(UpdateStaffMemberError::Store(error)) => return Err(error.into()),
        };
        let (code, field) = match refusal {
            StaffMemberRefusal::StaffMemberNotFound => (
                UpdateStaffMemberErrorCode::StaffMemberNotFound,
                Some(field_path("id")),
            ),
            StaffMemberRefusal::RoleUnknown => (
                UpdateStaffMemberErrorCode::RoleUnknown,
                Some(field_path("role")),
            ),
            StaffMemberRefusal::LastOwner => (UpdateStaffMemberErrorCode::LastOwner, None),
        };
        Ok(Self {
            staff_member: None,
            user_errors: vec![UpdateStaffMemberUserError {
                code,
                message: refusal.to_string(),
                field,
            }],
        })
    }
}

/// The ticket, or the reasons why none was created.
#[derive(SimpleObject)]
pub struct CreateStreamTicketPayload {
    /// Ticket for the URL of the stream; null if none was created. Keep it secret.
    ticket: Option<String>,
    /// When the ticket expires unless it has opened its stream; null if none was created.
    expires_at: Option<DateTime>,
    /// Why no ticket was created; empty on success.
    user_errors: Vec<CreateStreamTicketUserError>,
}

/// A reason why no ticket was created.
#[derive(SimpleObject)]
pub struct CreateStreamTicketUserError {
    /// Machine-readable code.
    code: CreateStreamTicketErrorCode,
    /// Human-readable message.
    message: String,
    /// Path of the input field that the error concerns, if any.
    field: Option<Vec<String>>,
}

/// Reasons why no ticket is created.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum CreateStreamTicketErrorCode {
    /// The request belongs to no session, or the session has ended or expired: sign in again.
    SessionOver,
    /// The text is not a web origin.
    OriginInvalid,
}

impl CreateStreamTicketPayload {
    pub fn from_result(
        result: Result<StreamTicket, CreateStreamTicketError>,
    ) -> Result<Self, Failure> {
        let error = match result {
            Ok(ticket) => {
                return Ok(Self {
                    ticket: Some(ticket.token.reveal()),
                    expires_at: Some(DateTime(ticket.expires_at)),
                    user_errors: Vec::new(),
                });
            }
            Err(error) => error,
        };
        let message = error.to_string();
        let (code, field) = match error {
            CreateStreamTicketError::SessionOver => {
                (CreateStreamTicketErrorCode::SessionOver, None)
            }
            CreateStreamTicketError::OriginInvalid => (
                CreateStreamTicketErrorCode::OriginInvalid,
                Some(field_path("origin")),
            ),
            CreateStreamTicketError::Anonymous => return Err(Rejection::Unauthenticated.into()),
            CreateStreamTicketError::Store(error) => return Err(error.into()),
        };
        Ok(Self {
            ticket: None,
            expires_at: None,
            user_errors: vec![CreateStreamTicketUserError {
                code,
                message,
                field,
            }],
        })
    }
}

//! Payloads, and how outcomes become them.

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

/// A session, or why there is none.
#[derive(SimpleObject)]
pub struct SignInPayload {
    /// Goes into `Authorization: Bearer …`; null when signing in failed.
    access_token: Option<String>,
    /// Buys a new access token when this one has expired; null when signing in failed. Keep it secret.
    refresh_token: Option<String>,
    /// When the access token expires; null when signing in failed.
    expires_at: Option<DateTime>,
    /// Why signing in failed; empty when it did not.
    user_errors: Vec<SignInUserError>,
}

/// A reason why signing in failed.
#[derive(SimpleObject)]
pub struct SignInUserError {
    /// The reason, for programs.
    code: SignInErrorCode,
    /// The reason, for people.
    message: String,
    /// Path of the input field that the reason is about, if it is about one.
    field: Option<Vec<String>>,
}

/// Reasons why signing in fails.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum SignInErrorCode {
    /// There is no account with this e-mail and password in this shop.
    InvalidCredentials,
    /// Signing in with this e-mail failed too often; wait a quarter of an hour.
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

/// The session's next tokens, or why there are none.
#[derive(SimpleObject)]
pub struct RefreshSessionPayload {
    /// Goes into `Authorization: Bearer …`; null when the session was not carried on.
    access_token: Option<String>,
    /// Buys the next access token; the one that was shown is used up. Null when the session was not carried on.
    refresh_token: Option<String>,
    /// When the access token expires; null when the session was not carried on.
    expires_at: Option<DateTime>,
    /// Why the session was not carried on; empty when it was.
    user_errors: Vec<RefreshSessionUserError>,
}

/// A reason why a session was not carried on.
#[derive(SimpleObject)]
pub struct RefreshSessionUserError {
    /// The reason, for programs.
    code: RefreshSessionErrorCode,
    /// The reason, for people.
    message: String,
    /// Path of the input field that the reason is about, if it is about one.
    field: Option<Vec<String>>,
}

/// Reasons why a session is not carried on.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum RefreshSessionErrorCode {
    /// The refresh token is unknown or used up, or its session is over: sign in again.
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

/// What signing out did.
#[derive(SimpleObject)]
pub struct SignOutPayload {
    /// How many sessions ended now; 0 when they had ended before.
    ended_sessions: i32,
    /// Why nothing could end; empty otherwise.
    user_errors: Vec<SignOutUserError>,
}

/// A reason why signing out failed.
#[derive(SimpleObject)]
pub struct SignOutUserError {
    /// The reason, for programs.
    code: SignOutErrorCode,
    /// The reason, for people.
    message: String,
    /// Path of the input field that the reason is about, if it is about one.
    field: Option<Vec<String>>,
}

/// Reasons why signing out fails.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum SignOutErrorCode {
    /// The request belongs to no session that could end; `allSessions` does not need one.
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

/// The changed staff member, or why nothing changed.
#[derive(SimpleObject)]
pub struct UpdateStaffMemberPayload {
    /// The staff member as it is now; null when nothing could change.
    staff_member: Option<StaffMember>,
    /// Why nothing could change; empty otherwise.
    user_errors: Vec<UpdateStaffMemberUserError>,
}

/// A reason why a staff member was not changed.
#[derive(SimpleObject)]
pub struct UpdateStaffMemberUserError {
    /// The reason, for programs.
    code: UpdateStaffMemberErrorCode,
    /// The reason, for people.
    message: String,
    /// Path of the input field that the reason is about, if it is about one.
    field: Option<Vec<String>>,
}

/// Reasons why a staff member is not changed.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum UpdateStaffMemberErrorCode {
    /// The shop has no such staff member.
    StaffMemberNotFound,
    /// Staff cannot have such a role.
    RoleUnknown,
    /// The shop would be left without an owner who can sign in.
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

/// A ticket, or why there is none.
#[derive(SimpleObject)]
pub struct CreateStreamTicketPayload {
    /// Goes into the address of the stream; null when there is none. Keep it secret.
    ticket: Option<String>,
    /// Until when it has to open its stream; null when there is none.
    expires_at: Option<DateTime>,
    /// Why there is no ticket; empty when there is one.
    user_errors: Vec<CreateStreamTicketUserError>,
}

/// A reason why no ticket was made.
#[derive(SimpleObject)]
pub struct CreateStreamTicketUserError {
    /// The reason, for programs.
    code: CreateStreamTicketErrorCode,
    /// The reason, for people.
    message: String,
    /// Path of the input field that the reason is about, if it is about one.
    field: Option<Vec<String>>,
}

/// Reasons why no ticket is made.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum CreateStreamTicketErrorCode {
    /// The request belongs to no session, or to one that is over: sign in again.
    SessionOver,
    /// The text is no origin of a page.
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

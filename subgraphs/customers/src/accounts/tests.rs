use std::time::Duration;

use argon2::password_hash::PasswordHasher;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, Version};
use chrono::{DateTime, TimeDelta, Utc};
use identity::Role;
use ids::{CustomerId, SessionId, StaffMemberId};
use uuid::Uuid;

use super::model::{KnownRefreshToken, LiveSession, Origin, Principal, StaffMember};
use super::opaque_token::{OpaqueToken, TokenKind};
use super::passwords::{PasswordCheck, PasswordError, Passwords};
use super::refresh_session::{self, Decision};
use super::update_staff_member::{self, UpdateStaffMember, UpdateStaffMemberRefusal};
use crate::customers::EmailAddress;

const TIMEOUT: Duration = Duration::from_secs(10);

async fn check(
    passwords: &Passwords,
    password: &str,
    stored: Option<String>,
) -> Result<PasswordCheck, PasswordError> {
    passwords
        .acquire(TIMEOUT)
        .await?
        .check(password.into(), stored)
        .await
}

#[tokio::test]
async fn a_password_matches_its_own_hash_and_no_other() {
    let passwords = Passwords::new(1).unwrap();
    let stored = passwords
        .acquire(TIMEOUT)
        .await
        .unwrap()
        .hash("Demo-2026-pass".into())
        .await
        .unwrap();

    assert!(
        stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
        "{stored}"
    );
    let right = check(&passwords, "Demo-2026-pass", Some(stored.clone())).await;
    assert!(right.unwrap() == PasswordCheck::Right { upgraded: None });
    let wrong = check(&passwords, "demo-2026-pass", Some(stored)).await;
    assert!(wrong.unwrap() == PasswordCheck::Wrong);
}

#[tokio::test]
async fn an_unknown_account_never_matches() {
    let passwords = Passwords::new(1).unwrap();

    for password in ["", "no account has this password"] {
        let found = check(&passwords, password, None).await.unwrap();
        assert!(found == PasswordCheck::Wrong);
    }
}

#[tokio::test]
async fn an_old_hash_is_upgraded_when_the_password_is_right() {
    let weak = Argon2::new(
        Algorithm::Argon2id,
        Version::V0x13,
        Params::new(8, 1, 1, None).unwrap(),
    );
    let old = weak.hash_password(b"Demo-2026-pass").unwrap().to_string();
    let passwords = Passwords::new(1).unwrap();

    let found = check(&passwords, "Demo-2026-pass", Some(old))
        .await
        .unwrap();

    let PasswordCheck::Right {
        upgraded: Some(new),
    } = found
    else {
        panic!("not upgraded")
    };
    assert!(PasswordHash::new(&new).is_ok());
    assert!(new.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    let again = check(&passwords, "Demo-2026-pass", Some(new))
        .await
        .unwrap();
    assert!(again == PasswordCheck::Right { upgraded: None });
}

#[tokio::test]
async fn waiting_for_a_hashing_permit_times_out() {
    let passwords = Passwords::new(1).unwrap();
    let taken = passwords.acquire(TIMEOUT).await.unwrap();

    let refused = passwords.acquire(Duration::from_millis(1)).await;
    taken.check("x".into(), None).await.unwrap();
    let free_again = passwords.acquire(TIMEOUT).await;

    assert!(matches!(refused, Err(PasswordError::Busy)));
    assert!(free_again.is_ok());
}

#[test]
fn a_token_is_stored_as_its_hash() {
    for (kind, prefix) in [
        (TokenKind::Refresh, "rt_"),
        (TokenKind::StreamTicket, "st_"),
    ] {
        let token = OpaqueToken::from_random(kind, [7; 32]);

        assert!(token.reveal().starts_with(prefix));
        assert_eq!(token.reveal().len(), 3 + 43);
        assert_ne!(token.hash(), [7; 32]);
        let read = OpaqueToken::parse(kind, &token.reveal()).unwrap();
        assert_eq!(read.hash(), token.hash());
        assert_ne!(token.hash(), OpaqueToken::from_random(kind, [8; 32]).hash());
    }
}

#[test]
fn a_malformed_token_or_one_of_another_kind_is_none() {
    let ticket = OpaqueToken::from_random(TokenKind::StreamTicket, [7; 32]).reveal();

    for text in [
        "",
        "rt_",
        "rt_short",
        &ticket,
        &ticket.replace("st_", "rt_x"),
        &format!("{}=", ticket.replace("st_", "rt_")),
    ] {
        let read = OpaqueToken::parse(TokenKind::Refresh, text);
        assert!(read.is_none(), "{text:?}");
    }
}

fn noon() -> DateTime<Utc> {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn a_refresh_token() -> KnownRefreshToken {
    KnownRefreshToken {
        used_at: None,
        session: SessionId::from_uuid(Uuid::from_u128(1)),
        principal: Principal::Customer(CustomerId::from_uuid(Uuid::from_u128(2))),
        expires_at: noon() + TimeDelta::days(1),
        is_ended: false,
        is_active: true,
    }
}

fn decide_at_noon(known: &KnownRefreshToken) -> Decision {
    refresh_session::decide(known, noon(), Duration::from_secs(10))
}

#[test]
fn a_refresh_token_may_be_reused_only_within_the_grace_period() {
    let token = a_refresh_token();
    let rotates = Decision::Rotate(LiveSession {
        id: token.session,
        principal: token.principal,
        expires_at: token.expires_at,
    });

    assert_eq!(decide_at_noon(&token), rotates);
    // The clock of another process may be ahead (clock skew).
    for (milliseconds, decision) in [
        (-500, &rotates),
        (0, &rotates),
        (10_000, &rotates),
        (10_001, &Decision::EndSession),
        (86_400_000, &Decision::EndSession),
    ] {
        let used = KnownRefreshToken {
            used_at: Some(noon() - TimeDelta::milliseconds(milliseconds)),
            ..token
        };
        assert_eq!(&decide_at_noon(&used), decision, "{milliseconds}");
    }
}

#[test]
fn a_reused_token_of_an_inactive_session_is_refused_only() {
    let used = KnownRefreshToken {
        used_at: Some(noon() - TimeDelta::hours(1)),
        ..a_refresh_token()
    };

    for over in [
        KnownRefreshToken {
            is_ended: true,
            ..used
        },
        KnownRefreshToken {
            is_active: false,
            ..used
        },
        KnownRefreshToken {
            expires_at: noon(),
            ..used
        },
    ] {
        assert_eq!(decide_at_noon(&over), Decision::Refuse, "{over:?}");
    }
}

fn staff(number: u128, role: Role, active: bool) -> StaffMember {
    StaffMember {
        id: StaffMemberId::from_uuid(Uuid::from_u128(number)),
        email: EmailAddress::normalise(&format!("{number}@shop.example")).unwrap(),
        name: None,
        role,
        active,
    }
}

fn change(
    locked: &[StaffMember],
    number: u128,
    role: Option<&str>,
    active: Option<bool>,
) -> Result<(Role, bool), UpdateStaffMemberRefusal> {
    let id = StaffMemberId::from_uuid(Uuid::from_u128(number));
    let command = UpdateStaffMember {
        id: Some(id),
        role: role.map(str::to_owned),
        active,
    };
    update_staff_member::decide(locked, id, &command)
        .map(|(_, updated)| (updated.role, updated.active))
}

#[test]
fn a_tenant_keeps_an_active_owner() {
    let manager = Some("manager");
    let alone = [staff(1, Role::Owner, true)];
    let two = [staff(1, Role::Owner, true), staff(2, Role::Owner, true)];
    let one_deactivated = [staff(1, Role::Owner, true), staff(2, Role::Owner, false)];

    let last = Err(UpdateStaffMemberRefusal::LastOwner);
    assert_eq!(change(&alone, 1, manager, None), last);
    assert_eq!(change(&alone, 1, None, Some(false)), last);
    assert_eq!(change(&one_deactivated, 1, manager, None), last);
    assert_eq!(change(&alone, 1, None, None), Ok((Role::Owner, true)));
    assert_eq!(change(&two, 1, manager, None), Ok((Role::Manager, true)));
    assert_eq!(change(&two, 2, None, Some(false)), Ok((Role::Owner, false)));
    assert_eq!(
        change(&one_deactivated, 2, manager, None),
        Ok((Role::Manager, false))
    );
}

#[test]
fn an_unknown_staff_member_or_role_is_refused() {
    let shop = [staff(1, Role::Owner, true), staff(2, Role::Support, true)];

    let unknown_member = change(&shop, 3, Some("courier"), None);
    let unknown_role = change(&shop, 2, Some("courier"), Some(false));
    let not_of_staff = change(&shop, 2, Some("customer"), None);

    assert_eq!(
        unknown_member,
        Err(UpdateStaffMemberRefusal::StaffMemberNotFound)
    );
    assert_eq!(unknown_role, Err(UpdateStaffMemberRefusal::RoleUnknown));
    assert_eq!(not_of_staff, Err(UpdateStaffMemberRefusal::RoleUnknown));
}

#[test]
fn an_origin_is_normalised_as_browsers_write_it() {
    for (text, origin) in [
        ("https://Shop.Example", "https://shop.example"),
        (" https://shop.example:443 ", "https://shop.example"),
        ("http://kava.localhost:80", "http://kava.localhost"),
        ("http://kava.localhost:4000", "http://kava.localhost:4000"),
        ("http://[::1]:4000", "http://[::1]:4000"),
        ("http://[::1]", "http://[::1]"),
    ] {
        let parsed = Origin::parse(text);
        assert_eq!(parsed.as_ref().map(Origin::as_str), Some(origin));
    }
}

#[test]
fn an_invalid_origin_is_none() {
    for text in [
        "",
        "null",
        "shop.example",
        "ftp://shop.example",
        "https://",
        "https://:443",
        "https://shop.example/",
        "https://shop.example/page",
        "https://user@shop.example",
        "https://shop.example:port",
        "https://shop.example:70000",
        "https://shop example",
        &format!("https://{}.example", "a".repeat(300)),
    ] {
        assert_eq!(Origin::parse(text), None, "{text:?}");
    }
}

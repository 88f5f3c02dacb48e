use std::time::Duration;

use argon2::password_hash::PasswordHasher;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, Version};

use super::passwords::{PasswordCheck, PasswordError, Passwords};
use super::refresh_token::RefreshToken;

const WAIT: Duration = Duration::from_secs(10);

async fn check(
    passwords: &Passwords,
    password: &str,
    stored: Option<String>,
) -> Result<PasswordCheck, PasswordError> {
    passwords
        .core(WAIT)
        .await?
        .check(password.into(), stored)
        .await
}

#[tokio::test]
async fn a_password_fits_its_own_hash_and_no_other() {
    let passwords = Passwords::new(1).unwrap();
    let stored = passwords
        .core(WAIT)
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
async fn no_account_is_never_right() {
    let passwords = Passwords::new(1).unwrap();

    for password in ["", "nobody has this password"] {
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
async fn who_finds_every_core_busy_waits_no_longer_than_told() {
    let passwords = Passwords::new(1).unwrap();
    let taken = passwords.core(WAIT).await.unwrap();

    let refused = passwords.core(Duration::from_millis(1)).await;
    taken.check("x".into(), None).await.unwrap();
    let free_again = passwords.core(WAIT).await;

    assert!(matches!(refused, Err(PasswordError::Busy)));
    assert!(free_again.is_ok());
}

#[test]
fn a_refresh_token_is_stored_as_its_hash() {
    let token = RefreshToken::from_random([7; 32]);

    assert!(token.reveal().starts_with("rt_"));
    assert_eq!(token.reveal().len(), 3 + 43);
    assert_ne!(token.hash(), [7; 32]);
    assert_eq!(token.hash(), RefreshToken::from_random([7; 32]).hash());
    assert_ne!(token.hash(), RefreshToken::from_random([8; 32]).hash());
}

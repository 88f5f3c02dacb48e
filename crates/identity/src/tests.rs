use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, SubsecRound, Utc};
use ids::{CustomerId, SessionId, StaffMemberId, TenantId};
use uuid::Uuid;

use super::*;

struct Keys(tempfile::TempDir);

impl Keys {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        generate_keys(folder.path()).unwrap();
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn ring(&self, name: &str) -> Arc<KeyRing> {
        Arc::new(KeyRing::load(self.path(), name).unwrap())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "tokens are verified by the system clock"
)]
fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(0)
}

fn caller(subject: Subject) -> Caller {
    Caller {
        tenant: TenantContext {
            id: TenantId::from_uuid(Uuid::from_u128(1)),
            slug: "kava".to_owned(),
            plan: "large".to_owned(),
            default_currency: "UAH".to_owned(),
            default_locale: "uk".to_owned(),
            locale: "en".to_owned(),
        },
        subject,
        session: Some(SessionId::from_uuid(Uuid::from_u128(2))),
    }
}

fn customer() -> Subject {
    Subject::customer(CustomerId::from_uuid(Uuid::from_u128(3)))
}

fn owner() -> Subject {
    Subject::staff(StaffMemberId::from_uuid(Uuid::from_u128(4)), Role::Owner)
}

fn client_token(keys: &Keys, expires_in: Duration) -> String {
    ClientTokens::load(keys.path())
        .unwrap()
        .issue(&NewClientToken {
            tenant: TenantId::from_uuid(Uuid::from_u128(1)),
            subject: customer(),
            session: SessionId::from_uuid(Uuid::from_u128(2)),
            issued_at: now(),
            expires_at: now() + expires_in,
        })
        .unwrap()
}

#[test]
fn an_access_token_is_verified_against_the_published_key_set() {
    let keys = Keys::new();
    let published = keys.ring("customers").client_key_set();
    let verifier = ClientTokenVerifier::from_key_set(published.as_bytes()).unwrap();

    let identity = verifier
        .verify(&client_token(&keys, Duration::minutes(15)))
        .unwrap();

    assert_eq!(identity.subject, customer());
    assert_eq!(identity.session, SessionId::from_uuid(Uuid::from_u128(2)));
    assert_eq!(identity.expires_at, now() + Duration::minutes(15));
}

#[test]
fn publishes_only_the_key_of_client_tokens() {
    let published = Keys::new().ring("customers").client_key_set();

    assert_eq!(published.matches("\"kid\"").count(), 1);
    assert!(published.contains("\"kid\":\"client\""));
    assert!(!published.contains("\"d\""));
}

#[test]
fn rejects_an_expired_access_token() {
    let keys = Keys::new();
    let published = keys.ring("customers").client_key_set();
    let verifier = ClientTokenVerifier::from_key_set(published.as_bytes()).unwrap();

    let answer = verifier.verify(&client_token(&keys, Duration::minutes(-1)));

    assert_eq!(answer, Err(TokenError::Expired));
}

#[test]
fn rejects_an_access_token_that_is_not_yet_valid() {
    let keys = Keys::new();
    let published = keys.ring("customers").client_key_set();
    let verifier = ClientTokenVerifier::from_key_set(published.as_bytes()).unwrap();
    let token = ClientTokens::load(keys.path())
        .unwrap()
        .issue(&NewClientToken {
            tenant: TenantId::from_uuid(Uuid::from_u128(1)),
            subject: customer(),
            session: SessionId::from_uuid(Uuid::from_u128(2)),
            issued_at: now() + Duration::minutes(1),
            expires_at: now() + Duration::minutes(2),
        })
        .unwrap();

    assert_eq!(verifier.verify(&token), Err(TokenError::Invalid));
}

#[test]
fn rejects_an_access_token_with_a_missing_or_mistyped_claim() {
    let keys = Keys::new();
    let published = keys.ring("customers").client_key_set();
    let verifier = ClientTokenVerifier::from_key_set(published.as_bytes()).unwrap();
    let good = client_token(&keys, Duration::minutes(15));
    let claims = claims_of(&good);
    let names: Vec<_> = claims.keys().cloned().collect();
    assert_eq!(
        names,
        [
            "aud", "exp", "iat", "iss", "jti", "nbf", "sid", "sub", "subject", "tid"
        ]
    );

    assert!(verifier.verify(&resign(&keys, &claims)).is_ok());
    for name in names {
        let mut without = claims.clone();
        without.remove(&name);
        let answer = verifier.verify(&resign(&keys, &without));
        assert_eq!(answer, Err(TokenError::Invalid), "without {name}");

        let mut of_another_type = claims.clone();
        of_another_type.insert(name.clone(), serde_json::json!([true]));
        let answer = verifier.verify(&resign(&keys, &of_another_type));
        assert_eq!(answer, Err(TokenError::Invalid), "with another {name}");
    }
}

#[test]
fn two_access_tokens_of_one_second_differ() {
    let keys = Keys::new();
    let [one, other] = [0; 2].map(|_| claims_of(&client_token(&keys, Duration::minutes(15))));

    assert_ne!(one["jti"], other["jti"]);
}

type ClaimMap = serde_json::Map<String, serde_json::Value>;

fn claims_of(token: &str) -> ClaimMap {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// Any claims under the right key and header.
fn resign(keys: &Keys, claims: &ClaimMap) -> String {
    let pem = std::fs::read(keys.path().join("client.pem")).unwrap();
    let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::EdDSA);
    header.typ = Some("at+jwt".to_owned());
    header.kid = Some("client".to_owned());
    let key = jsonwebtoken::EncodingKey::from_ed_pem(&pem).unwrap();
    jsonwebtoken::encode(&header, claims, &key).unwrap()
}

#[test]
fn rejects_a_token_signed_by_another_key_ring() {
    let keys = Keys::new();
    let published = keys.ring("customers").client_key_set();
    let verifier = ClientTokenVerifier::from_key_set(published.as_bytes()).unwrap();

    let answer = verifier.verify(&client_token(&Keys::new(), Duration::minutes(15)));

    assert_eq!(answer, Err(TokenError::Invalid));
}

#[test]
fn rejects_every_kind_of_token_for_another_purpose() {
    let keys = Keys::new();
    let client = client_token(&keys, Duration::minutes(15));
    let internal = InternalTokens::new(keys.ring("gateway"))
        .mint(&caller(owner()))
        .unwrap();
    let service = ServiceTokens::new(keys.ring("orders"))
        .mint(ServiceName::Catalog, None)
        .unwrap();
    let clients =
        ClientTokenVerifier::from_key_set(keys.ring("customers").client_key_set().as_bytes())
            .unwrap();
    let subgraph = InternalTokenVerifier::new(keys.ring("catalog"));
    let callee = ServiceTokenVerifier::new(keys.ring("catalog"), ServiceName::Catalog);

    assert!(clients.verify(&internal).is_err());
    assert!(clients.verify(&service).is_err());
    assert!(subgraph.verify(&client).is_err());
    assert!(subgraph.verify(&service).is_err());
    assert!(callee.verify(&client).is_err());
    assert!(callee.verify(&internal).is_err());
}

#[test]
fn the_subgraph_gets_the_caller_unchanged() {
    let keys = Keys::new();
    let tokens = InternalTokens::new(keys.ring("gateway"));
    let verifier = InternalTokenVerifier::new(keys.ring("orders"));

    for subject in [Subject::Anonymous, customer(), owner()] {
        let caller = caller(subject);

        let token = tokens.mint(&caller).unwrap();

        assert_eq!(*verifier.verify(&token).unwrap(), caller);
        assert_eq!(*verifier.verify(&token).unwrap(), caller, "remembered");
    }
}

#[test]
fn the_internal_token_is_stable_for_one_caller_and_differs_between_callers() {
    let tokens = InternalTokens::new(Keys::new().ring("gateway"));

    let first = tokens.mint(&caller(customer())).unwrap();

    assert_eq!(tokens.mint(&caller(customer())).unwrap(), first);
    assert_ne!(tokens.mint(&caller(owner())).unwrap(), first);
}

#[test]
fn only_the_gateway_may_sign_callers() {
    let keys = Keys::new();
    let token = InternalTokens::new(keys.ring("orders"))
        .mint(&caller(owner()))
        .unwrap();

    let answer = InternalTokenVerifier::new(keys.ring("catalog")).verify(&token);

    assert_eq!(answer, Err(TokenError::UnknownKey));
}

#[test]
fn a_service_token_is_valid_for_its_audience_only() {
    let keys = Keys::new();
    let tenant = TenantId::from_uuid(Uuid::from_u128(1));
    let token = ServiceTokens::new(keys.ring("orders"))
        .mint(ServiceName::Catalog, Some(tenant))
        .unwrap();

    let catalog = ServiceTokenVerifier::new(keys.ring("catalog"), ServiceName::Catalog);
    let customers = ServiceTokenVerifier::new(keys.ring("customers"), ServiceName::Customers);

    assert_eq!(
        catalog.verify(&token),
        Ok(ServiceCaller {
            name: ServiceName::Orders,
            tenant: Some(tenant)
        })
    );
    assert_eq!(customers.verify(&token), Err(TokenError::Invalid));
}

#[test]
fn generate_keys_keeps_existing_keys() {
    let keys = Keys::new();
    let token = client_token(&keys, Duration::minutes(15));

    generate_keys(keys.path()).unwrap();

    let published = keys.ring("customers").client_key_set();
    let verifier = ClientTokenVerifier::from_key_set(published.as_bytes()).unwrap();
    assert!(verifier.verify(&token).is_ok());
}

#[test]
fn denial_distinguishes_anonymous_callers_from_those_without_the_permission() {
    let anonymous = caller(Subject::Anonymous)
        .require(Permission::StockAdjust)
        .unwrap_err();
    let signed_in = caller(customer())
        .require(Permission::StockAdjust)
        .unwrap_err();

    assert!(anonymous.anonymous);
    assert!(!signed_in.anonymous);
    assert_eq!(caller(owner()).require(Permission::StockAdjust), Ok(()));
}

#[test]
fn keeps_the_matrix_of_roles_and_permissions() {
    let matrix: Vec<_> = Role::ALL
        .into_iter()
        .map(|role| {
            let names: Vec<_> = role.permissions().iter().map(|one| one.name()).collect();
            format!("{}: {}", role.name(), names.join(" "))
        })
        .collect();

    insta::assert_snapshot!(matrix.join("\n"));
}

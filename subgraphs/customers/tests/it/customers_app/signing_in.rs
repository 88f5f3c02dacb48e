//! Sign-in and session tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity::{ClientIdentity, ClientTokenVerifier};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{CustomersApp, PASSWORD, Shop};

/// The tokens that a client stores for a session.
pub struct Tokens {
    pub access: String,
    pub refresh: String,
}

impl Tokens {
    pub fn of(payload: &Value) -> Self {
        assert_eq!(payload["userErrors"], json!([]));
        let text = |field: &str| payload[field].as_str().unwrap().to_owned();
        Self {
            access: text("accessToken"),
            refresh: text("refreshToken"),
        }
    }
}

impl CustomersApp {
    pub async fn try_sign_in(&self, shop: &Shop, email: &str, password: &str) -> Value {
        let query = "mutation($input: SignInInput!) { signIn(input: $input) {
            accessToken refreshToken expiresAt userErrors { code message field } } }";
        let variables = json!({ "input": { "email": email, "password": password } });
        self.anonymous(shop).ask_with(query, variables).await
    }

    pub async fn sign_in(&self, shop: &Shop, email: &str, password: &str) -> Value {
        let answer = self.try_sign_in(shop, email, password).await;
        assert_eq!(answer.get("errors"), None, "{answer}");
        answer["data"]["signIn"].clone()
    }

    /// Signs in and returns both tokens.
    pub async fn tokens(&self, shop: &Shop, email: &str) -> Tokens {
        Tokens::of(&self.sign_in(shop, email, PASSWORD).await)
    }

    pub async fn refresh(&self, shop: &Shop, refresh_token: &str) -> Value {
        let query = "mutation($input: RefreshSessionInput!) { refreshSession(input: $input) {
            accessToken refreshToken expiresAt userErrors { code message field } } }";
        let variables = json!({ "input": { "refreshToken": refresh_token } });
        let answer = self.anonymous(shop).ask_with(query, variables).await;
        assert_eq!(answer.get("errors"), None, "{answer}");
        answer["data"]["refreshSession"].clone()
    }

    pub async fn access_token(&self, shop: &Shop, email: &str, password: &str) -> String {
        let payload = self.sign_in(shop, email, password).await;
        payload["accessToken"]
            .as_str()
            .unwrap_or_else(|| panic!("{payload}"))
            .to_owned()
    }

    /// The identity in an access token, verified against the published keys as the gateway does.
    pub async fn verify(&self, token: &str) -> ClientIdentity {
        let (_, keys) = self.get("/.well-known/jwks.json").await;
        ClientTokenVerifier::from_key_set(keys.to_string().as_bytes())
            .unwrap()
            .verify(token)
            .unwrap()
    }

    /// The stored hash of a refresh token or a stream ticket.
    pub fn hash_of_token(token: &str) -> Vec<u8> {
        let (_, encoded) = token.split_once('_').unwrap();
        let bytes = URL_SAFE_NO_PAD.decode(encoded).unwrap();
        assert_eq!(bytes.len(), 32);
        Sha256::digest(bytes).to_vec()
    }
}

//! Addresses of the test run's real servers. `cargo xtask test` starts them and sets the environment variables.

/// Address of the PostgreSQL server, as its superuser.
pub fn postgres_url() -> String {
    address("TEST_POSTGRES_URL")
}

/// Address of the Redis server.
pub fn redis_url() -> String {
    address("TEST_REDIS_URL")
}

/// Address of the RabbitMQ server.
pub fn amqp_url() -> String {
    address("TEST_AMQP_URL")
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests have no settings except these three addresses"
)]
fn address(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_unset| {
        panic!("{variable} is not set: run the tests with `cargo xtask test`")
    })
}

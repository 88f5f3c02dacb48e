//! Where the real servers of the test run are. `cargo xtask test` starts them and says so in the environment.

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
    reason = "tests have no settings but these three addresses"
)]
fn address(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_unset| {
        panic!("{variable} is not set: run the tests with `cargo xtask test`")
    })
}

//! How an error is written to the log: the key `error` with the whole source chain.

use std::error::Error;
use std::fmt;
use std::fmt::Display;

/// Displays an error and its sources on one line: `outer: cause: cause`. Every log statement writes it as
/// `error = %service::log::chain(&error)`.
pub fn chain<'a>(error: &'a (dyn Error + 'a)) -> impl Display + 'a {
    Chain(error)
}

struct Chain<'a>(&'a (dyn Error + 'a));

impl Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(cause) = source {
            write!(f, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("connection refused")]
    struct Inner;

    #[derive(Debug, thiserror::Error)]
    #[error("broker unavailable")]
    struct Outer(#[source] Inner);

    #[derive(Debug, thiserror::Error)]
    #[error("event not published")]
    struct Outermost(#[source] Outer);

    #[test]
    fn chain_displays_the_error_and_every_source() {
        let error = Outermost(Outer(Inner));

        assert_eq!(
            chain(&error).to_string(),
            "event not published: broker unavailable: connection refused"
        );
        assert_eq!(chain(&Inner).to_string(), "connection refused");
    }
}

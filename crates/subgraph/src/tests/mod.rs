mod internal_calls;
mod readiness;
mod sample;
mod settings;

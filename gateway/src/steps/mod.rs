//! The steps of the pipeline: one step, one file. Their order is in [`crate::pipeline`].

pub mod answer_finished_stream;
pub mod answer_introspection;
pub mod assign_trace_id;
pub mod authenticate;
pub mod check_origin;
pub mod choose_locale;
pub mod find_address;
pub mod forward_to_router;
pub mod identify;
pub mod mask_errors;
pub mod negotiate_answer;
pub mod open_event_stream;
pub mod prevent_csrf;
pub mod read_request;
pub mod resolve_tenant;
pub mod send_answer;
pub mod strip_internal_headers;
pub mod summarize_request;
pub mod token_keys;
pub mod validate_operation;

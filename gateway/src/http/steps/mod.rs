//! The steps of the pipeline: one step, one file. Their order is in [`super::pipeline`].

pub mod answer_finished_stream;
pub mod assign_trace_id;
pub mod check_origin;
pub mod find_address;
pub mod negotiate_answer;
pub mod open_event_stream;
pub mod prevent_csrf;
pub mod read_request;
pub mod send_answer;
pub mod strip_internal_headers;

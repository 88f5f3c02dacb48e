//! Names of metrics, and of the log fields that code refers to by name. The fields that log statements write are
//! listed in `docs/LOGGING.md`: `tracing` requires them as literals.
//!
//! Durations end in `_ms`, sizes in `_bytes`, counters in `_total`. Metric label values are
//! constants or enums, never ids.

// Log and span fields.

/// Id of the trace, 32 hex digits.
pub const TRACE_ID: &str = "trace.id";
/// Name of a stream of the event log.
pub const STREAM: &str = "stream";
/// Name of the GraphQL operation.
pub const OPERATION: &str = "graphql.operation";

// Metrics. Label names are in brackets.

/// Panics of background tasks (`task`).
pub const TASK_PANICS_TOTAL: &str = "task_panics_total";
/// Resident memory of the process.
pub const PROCESS_MEMORY_BYTES: &str = "process_resident_memory_bytes";
/// Jobs that wait in a command queue (`queue`).
pub const QUEUE_WAITING: &str = "command_queue_waiting";
/// Time from submission to the start of work (`queue`).
pub const QUEUE_WAIT_MS: &str = "command_queue_wait_ms";
/// Jobs per batch (`queue`).
pub const QUEUE_BATCH_JOBS: &str = "command_queue_batch_jobs";
/// Jobs that were refused, or abandoned at their deadline (`queue`, `reason`).
pub const QUEUE_REFUSED_TOTAL: &str = "command_queue_refused_total";
/// Duration of internal calls, at the caller (`callee`, `outcome`: ok, unreachable, `deadline_exceeded`, rejected,
/// unreadable).
pub const INTERNAL_CALL_MS: &str = "internal_call_ms";
/// Runs of scheduled jobs (`job`, `outcome`: done, failed, `deadline_exceeded`).
pub const JOB_RUNS_TOTAL: &str = "job_runs_total";
/// Duration of the runs of scheduled jobs (`job`).
pub const JOB_MS: &str = "job_ms";
/// Time of the last successful run of a scheduled job, in seconds since 1970 (`job`).
pub const JOB_LAST_SUCCESS: &str = "job_last_success_seconds";
/// SQL statements sent.
pub const DB_STATEMENTS_TOTAL: &str = "db_statements_total";
/// Whether the connection to the broker is up (0 or 1).
pub const BROKER_CONNECTED: &str = "broker_connected";
/// Messages published, by outcome (`outcome`: confirmed, refused, returned, failed).
pub const BROKER_PUBLISHED_TOTAL: &str = "broker_published_total";
/// Messages consumed (`queue`, `outcome`: acked, dead, returned).
pub const BROKER_CONSUMED_TOTAL: &str = "broker_consumed_total";
/// Events whose publication was confirmed.
pub const RELAY_PUBLISHED_TOTAL: &str = "event_relay_published_total";
/// Publications that failed and will be retried (`reason`).
pub const RELAY_FAILED_TOTAL: &str = "event_relay_failed_total";
/// Events that wait for publication, over all streams.
pub const RELAY_LAG_EVENTS: &str = "event_relay_lag_events";
/// Whether this process is the active relay of its database (0 or 1).
pub const RELAY_ACTIVE: &str = "event_relay_active";
/// Handled messages of an inbox (`consumer`, `outcome`: done, retried, parked).
pub const INBOX_HANDLED_TOTAL: &str = "event_inbox_handled_total";
/// Messages of an inbox that wait (`consumer`).
pub const INBOX_WAITING: &str = "event_inbox_waiting";
/// Parked messages of an inbox (`consumer`): an operator must act.
pub const INBOX_PARKED: &str = "event_inbox_parked";
/// Events removed because they were older than the retention.
pub const EVENTS_TRIMMED_TOTAL: &str = "event_log_trimmed_total";
/// Answers of the attempt counter that came from process memory because Redis did not answer.
pub const CACHE_FALLBACK_TOTAL: &str = "cache_fallback_total";
/// Sockets and subscriptions ended by a revocation of access (`what`: socket, subscription; `reason`:
/// `session_ended`, `role_changed`, deactivated, suspended).
pub const ACCESS_ENDED_TOTAL: &str = "access_ended_total";
/// HTTP requests answered (`status`: 2xx, 4xx, 5xx).
pub const HTTP_REQUESTS_TOTAL: &str = "http_requests_total";
/// Open sockets of a subgraph's GraphQL endpoint.
pub const SUBGRAPH_SOCKETS: &str = "subgraph_sockets";
/// Duration of HTTP requests.
pub const HTTP_REQUEST_MS: &str = "http_request_ms";

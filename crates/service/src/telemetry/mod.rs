//! Logs, metrics and traces of a process.
//!
//! [`start`] is called once, first thing in `main`. Log lines are JSON on standard output, one
//! object per line; each has the trace id of the request it belongs to.

pub mod catalogue;

mod collector;
mod json_line;
mod metrics_text;

use std::time::Duration;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use crate::Settings;

pub use metrics_text::metrics_text;

/// What is logged and where traces go.
#[derive(Debug, Clone)]
pub struct TelemetryConfig {
    /// Filter in the syntax of `tracing_subscriber::EnvFilter`, e.g. `info,sqlx=warn`.
    pub log: String,
    /// Address of an OTLP collector (HTTP), e.g. `http://127.0.0.1:4318`; no traces are exported
    /// without it.
    pub otlp_endpoint: Option<String>,
}

impl Default for TelemetryConfig {
    fn default() -> Self {
        Self {
            log: "info".to_owned(),
            otlp_endpoint: None,
        }
    }
}

impl TelemetryConfig {
    /// Reads `LOG` and `TELEMETRY__OTLP_HTTP_ENDPOINT`.
    pub fn read(settings: &mut Settings) -> Self {
        let log = settings.or_default(
            "LOG",
            "info".to_owned(),
            "Log filter, such as `info,sqlx=warn`.",
        );
        if let Err(error) = log.parse::<EnvFilter>() {
            settings.invalid("LOG", error);
        }
        settings.refuse(
            "TELEMETRY__OTLP_ENDPOINT",
            "traces are exported over HTTP now: set TELEMETRY__OTLP_HTTP_ENDPOINT, usually to port 4318 of the collector",
        );
        Self {
            log,
            otlp_endpoint: settings.optional(
                "TELEMETRY__OTLP_HTTP_ENDPOINT",
                "OTLP collector, HTTP with protobuf, such as `http://collector:4318` (`/v1/traces` is added). Without it no \
                 traces are exported.",
            ),
        }
    }
}

/// Stops telemetry when dropped: buffered traces are exported.
#[must_use = "telemetry stops when the guard is dropped"]
#[derive(Debug)]
pub struct TelemetryGuard {
    traces: Option<SdkTracerProvider>,
    _upkeep: metrics_text::Upkeep,
}

impl Drop for TelemetryGuard {
    fn drop(&mut self) {
        if let Some(provider) = self.traces.take()
            && let Err(error) = provider.shutdown_with_timeout(Duration::from_secs(2))
        {
            tracing::warn!(error = %crate::log::chain(&error), "traces not exported at shutdown");
        }
    }
}

/// Starts logging, metrics and, when an endpoint is configured, the export of traces. Must run
/// inside a Tokio runtime. A second call in one process (tests) changes nothing.
pub fn start(service_name: &'static str, config: &TelemetryConfig) -> TelemetryGuard {
    start_on(std::io::stdout, service_name, config)
}

/// Like [`start`], for a command that reports to an operator on standard output: only warnings and errors are logged,
/// on standard error.
pub fn start_for_command(service_name: &'static str, config: &TelemetryConfig) -> TelemetryGuard {
    let config = TelemetryConfig {
        log: "warn".to_owned(),
        ..config.clone()
    };
    start_on(std::io::stderr, service_name, &config)
}

fn start_on<W>(writer: W, service_name: &'static str, config: &TelemetryConfig) -> TelemetryGuard
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let upkeep = metrics_text::install();
    let (traces, failure) = match trace_provider(service_name, config) {
        Ok(provider) => (provider, None),
        Err(error) => (None, Some(error)),
    };
    let filter = config
        .log
        .parse()
        .unwrap_or_else(|_invalid| EnvFilter::new("info"));
    let logs = tracing_subscriber::fmt::layer()
        .fmt_fields(tracing_subscriber::fmt::format::JsonFields::new())
        .event_format(json_line::JsonLine { service_name })
        .with_writer(writer)
        .with_filter(filter);
    // The log filter does not apply to exported spans: a quiet log would leave gaps in traces.
    let exported = traces.as_ref().map(|provider| {
        tracing_opentelemetry::layer()
            .with_tracer(provider.tracer(service_name))
            .with_filter(tracing_subscriber::filter::LevelFilter::INFO)
    });
    let installed = tracing_subscriber::registry()
        .with(logs)
        .with(exported)
        .try_init();
    if installed.is_err() {
        tracing::debug!("telemetry already started");
    }
    if let Some(error) = failure {
        tracing::error!(error = %crate::log::chain(&error), "trace export not started");
    }
    TelemetryGuard {
        traces,
        _upkeep: upkeep,
    }
}

fn trace_provider(
    service_name: &'static str,
    config: &TelemetryConfig,
) -> Result<Option<SdkTracerProvider>, opentelemetry_otlp::ExporterBuildError> {
    let Some(endpoint) = &config.otlp_endpoint else {
        return Ok(None);
    };
    let exporter = opentelemetry_otlp::SpanExporter::builder()
        .with_http()
        .with_http_client(collector::Client::new())
        .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
        .with_timeout(collector::TIMEOUT)
        .build()?;
    let resource = Resource::builder().with_service_name(service_name).build();
    Ok(Some(
        SdkTracerProvider::builder()
            .with_resource(resource)
            .with_batch_exporter(exporter)
            .build(),
    ))
}

//! The format of a log line: a flat JSON object.

use std::error::Error;
use std::fmt;

use chrono::SecondsFormat;
use serde::Serialize;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

use super::catalogue;
use crate::{Clock as _, SystemClock, log, trace};

/// Writes the fields of the event and of the spans around it into one object; the inner one wins.
pub(super) struct JsonLine {
    pub(super) service_name: &'static str,
}

#[derive(Serialize)]
struct Line<'a> {
    timestamp: String,
    level: &'static str,
    service: &'static str,
    message: String,
    target: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    span: Option<String>,
    #[serde(flatten)]
    fields: Map<String, Value>,
}

impl<S, N> FormatEvent<S, N> for JsonLine
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
    N: for<'writer> FormatFields<'writer> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut fields = Map::new();
        if let Some(current) = trace::current() {
            fields.insert(
                catalogue::TRACE_ID.to_owned(),
                current.trace_id_hex().into(),
            );
        }
        let mut path: Option<String> = None;
        for span in context
            .event_scope()
            .into_iter()
            .flat_map(tracing_subscriber::registry::Scope::from_root)
        {
            match &mut path {
                Some(path) => {
                    path.push('>');
                    path.push_str(span.name());
                }
                None => path = Some(span.name().to_owned()),
            }
            let extensions = span.extensions();
            if let Some(formatted) = extensions.get::<FormattedFields<N>>()
                && let Ok(Value::Object(own)) = serde_json::from_str(&formatted.fields)
            {
                fields.extend(own);
            }
        }
        event.record(&mut IntoMap(&mut fields));
        let message = match fields.remove("message") {
            Some(Value::String(text)) => text,
            Some(other) => other.to_string(),
            None => String::new(),
        };
        for reserved in ["timestamp", "level", "service", "target", "span"] {
            if let Some(value) = fields.remove(reserved) {
                fields.insert(format!("field.{reserved}"), value);
            }
        }
        let line = Line {
            timestamp: SystemClock
                .now()
                .to_rfc3339_opts(SecondsFormat::Micros, true),
            level: event.metadata().level().as_str(),
            service: self.service_name,
            message,
            target: event.metadata().target(),
            span: path,
            fields,
        };
        let text = serde_json::to_string(&line).map_err(|_unwritable| fmt::Error)?;
        writeln!(writer, "{text}")
    }
}

struct IntoMap<'a>(&'a mut Map<String, Value>);

impl IntoMap<'_> {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for IntoMap<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.put(field, log::chain(value).to_string());
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;
    use crate::TraceContext;

    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn lines_of(work: impl FnOnce()) -> Vec<Value> {
        let captured = Captured::default();
        let writer = captured.clone();
        let layer = tracing_subscriber::fmt::layer()
            .fmt_fields(tracing_subscriber::fmt::format::JsonFields::new())
            .event_format(JsonLine {
                service_name: "catalog",
            })
            .with_writer(move || writer.clone());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), work);
        let bytes = captured.0.lock().unwrap().clone();
        String::from_utf8(bytes)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[test]
    fn a_line_has_the_fields_of_the_spans_around_it() {
        let lines = lines_of(|| {
            let outer = tracing::info_span!("http.request", trace.id = "abc", level = "high");
            let _outer = outer.enter();
            let inner = tracing::info_span!("consume.order", attempt = 2);
            let _inner = inner.enter();
            tracing::warn!(tenant.id = "tenant_1", "went \"wrong\"");
        });

        let line = &lines[0];
        assert_eq!(line["trace.id"], "abc");
        assert_eq!(line["tenant.id"], "tenant_1");
        assert_eq!(line["attempt"], 2);
        assert_eq!(line["message"], "went \"wrong\"");
        assert_eq!(line["level"], "WARN");
        assert_eq!(line["field.level"], "high");
        assert_eq!(line["service"], "catalog");
        assert_eq!(line["span"], "http.request>consume.order");
    }

    #[test]
    fn a_line_outside_of_spans_has_the_current_trace() {
        let context = TraceContext::new_root();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();

        let lines = lines_of(|| {
            runtime.block_on(trace::scope(context, async { tracing::info!("alone") }));
        });

        assert_eq!(lines[0]["trace.id"], context.trace_id_hex());
    }
}

//! The metrics of the process as Prometheus text.

use std::sync::{OnceLock, mpsc};
use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use super::catalogue;

static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();

const MILLISECONDS: [f64; 14] = [
    1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 2_000.0, 5_000.0, 10_000.0,
    30_000.0,
];
const JOBS: [f64; 8] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0];

/// Bounds the memory of histograms while the metrics are not scraped; stops when dropped.
#[derive(Debug)]
pub(super) struct Upkeep(
    #[expect(dead_code, reason = "dropping it ends the thread")] Option<mpsc::Sender<()>>,
);

/// Installs the recorder of this process, once.
pub(super) fn install() -> Upkeep {
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_ms".to_owned()), &MILLISECONDS)
        .and_then(|b| b.set_buckets_for_metric(Matcher::Suffix("_jobs".to_owned()), &JOBS));
    let recorder = match builder {
        Ok(builder) => builder.build_recorder(),
        Err(_unusable_buckets) => PrometheusBuilder::new().build_recorder(),
    };
    let handle = recorder.handle();
    if metrics::set_global_recorder(recorder).is_err() || HANDLE.set(handle.clone()).is_err() {
        return Upkeep(None);
    }
    let (sender, receiver) = mpsc::channel::<()>();
    let spawned = std::thread::Builder::new()
        .name("metrics-upkeep".to_owned())
        .spawn(move || {
            while receiver.recv_timeout(Duration::from_secs(5))
                == Err(mpsc::RecvTimeoutError::Timeout)
            {
                handle.run_upkeep();
            }
        });
    Upkeep(spawned.is_ok().then_some(sender))
}

/// All metrics in the Prometheus text format; empty before telemetry is started.
pub fn metrics_text() -> String {
    if let Some(bytes) = resident_bytes() {
        metrics::gauge!(catalogue::PROCESS_MEMORY_BYTES).set(bytes);
    }
    HANDLE
        .get()
        .map(PrometheusHandle::render)
        .unwrap_or_default()
}

/// Resident memory from `/proc/self/statm` (second number, in pages of 4 KiB); `None` elsewhere.
fn resident_bytes() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u32 = text.split_whitespace().nth(1)?.parse().ok()?;
    Some(f64::from(pages) * 4096.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renders_what_was_counted() {
        let _upkeep = install();

        metrics::counter!(catalogue::TASK_PANICS_TOTAL, "task" => "sample").increment(1);

        let text = metrics_text();
        assert!(
            text.contains("task_panics_total{task=\"sample\"}"),
            "{text}"
        );
        assert!(text.contains("process_resident_memory_bytes"), "{text}");
    }
}

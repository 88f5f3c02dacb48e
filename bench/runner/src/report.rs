//! Figures side by side.

use std::time::Duration;

/// One figure: requests per second with their latencies.
#[derive(Clone)]
pub struct Cell {
    per_second: f64,
    p50: f64,
    p99: f64,
    failed: usize,
}

impl Cell {
    /// From the microseconds of every good answer.
    pub fn new(micros: Vec<u64>, failed: usize, time: Duration) -> Self {
        let count = u32::try_from(micros.len()).unwrap_or(u32::MAX);
        let values: Vec<f64> = micros
            .into_iter()
            .map(|micros| millis(i64::try_from(micros).unwrap_or(i64::MAX)))
            .collect();
        Self {
            per_second: f64::from(count) / time.as_secs_f64(),
            p50: percentile(&values, 0.5),
            p99: percentile(&values, 0.99),
            failed,
        }
    }

    fn print(&self) -> String {
        let failed = match self.failed {
            0 => String::new(),
            count => format!(", {count} failed"),
        };
        format!(
            "{:.0} ({:.1} / {:.1}{failed})",
            self.per_second, self.p50, self.p99
        )
    }
}

/// Rows of cells, one column per number of clients.
pub struct Table {
    title: String,
    clients: Vec<usize>,
    rows: Vec<(String, Vec<Cell>)>,
    ratios: Vec<(String, Vec<f64>)>,
}

const WIDTH: usize = 24;

impl Table {
    pub fn new(title: &str, clients: &[usize]) -> Self {
        Self {
            title: title.to_owned(),
            clients: clients.to_vec(),
            rows: Vec::new(),
            ratios: Vec::new(),
        }
    }

    /// Adds the next column's cell to a row.
    pub fn add(&mut self, row: &str, cell: Cell) {
        match self.rows.iter_mut().find(|(name, _)| name == row) {
            Some((_, cells)) => cells.push(cell),
            None => self.rows.push((row.to_owned(), vec![cell])),
        }
    }

    /// Adds a row that divides one row by another.
    pub fn ratio(&mut self, name: &str, upper: &str, lower: &str) {
        let row = |name: &str| {
            self.rows
                .iter()
                .find(|(row, _)| row == name)
                .map(|(_, cells)| cells)
        };
        if let (Some(upper), Some(lower)) = (row(upper), row(lower)) {
            let values = upper
                .iter()
                .zip(lower)
                .map(|(upper, lower)| upper.per_second / lower.per_second)
                .collect();
            self.ratios.push((name.to_owned(), values));
        }
    }

    pub fn print(&self) -> String {
        let mut lines = vec![self.title.clone()];
        let head: Vec<String> = self
            .clients
            .iter()
            .map(|clients| format!("{:>WIDTH$}", format!("{clients} clients")))
            .collect();
        lines.push(format!(
            "  {:<24}{}",
            "per second (p50 / p99 ms)",
            head.concat()
        ));
        for (name, cells) in &self.rows {
            let cells: Vec<String> = cells
                .iter()
                .map(|cell| format!("{:>WIDTH$}", cell.print()))
                .collect();
            lines.push(format!("  {name:<25}{}", cells.concat()));
        }
        for (name, values) in &self.ratios {
            let cells: Vec<String> = values
                .iter()
                .map(|value| format!("{value:>WIDTH$.2}"))
                .collect();
            lines.push(format!("  {name:<25}{}", cells.concat()));
        }
        lines.join("\n") + "\n"
    }
}

pub fn heading(seconds: u64) -> String {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    format!(
        "\nMeasured on {cores} cores, everything and the load on one machine, {seconds} s per figure, closed loop.\n"
    )
}

/// Microseconds as milliseconds.
pub fn millis(micros: i64) -> f64 {
    Duration::from_micros(micros.unsigned_abs()).as_secs_f64()
        * 1_000.0
        * if micros < 0 { -1.0 } else { 1.0 }
}

/// The value below which this share of the values lies; 0 for none.
pub fn percentile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    // The first value that has at least this share of the values at or below it.
    let mut below = 0.0;
    let step = 1.0 / f64::from(u32::try_from(sorted.len()).unwrap_or(u32::MAX));
    for value in &sorted {
        below += step;
        if below + 1e-9 >= share {
            return *value;
        }
    }
    sorted.last().copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_percentiles() {
        let values: Vec<f64> = (1..=100).rev().map(f64::from).collect();

        assert!((percentile(&values, 0.5) - 50.0).abs() < f64::EPSILON);
        assert!((percentile(&values, 0.99) - 99.0).abs() < f64::EPSILON);
        assert!((percentile(&values, 1.0) - 100.0).abs() < f64::EPSILON);
    }

    #[test]
    fn divides_rows() {
        let cell = |count: usize| Cell::new(vec![1_000; count], 0, Duration::from_secs(1));
        let mut table = Table::new("t", &[1]);
        table.add("a", cell(50));
        table.add("b", cell(100));
        table.ratio("a / b", "a", "b");

        assert!(table.print().contains("0.50"), "{}", table.print());
    }
}

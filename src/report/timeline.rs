//! The rows on a line of time, as SVG: a lane for each law and one for the rest, a shape of its own for each, so that nothing
//! hangs on colour. Those that would stand on each other are drawn as one, with their number. Must not know the page around
//! it.

use crate::policy::accounting::Regime;
use crate::report::accounting::Accounting;
use crate::report::accounting::Row;
use crate::report::html::escape;
use crate::report::page;
use crate::time::Date;
use crate::time::Zone;

/// The drawing's width, and where its lanes begin and end.
const WIDTH: i64 = 760;
const LEFT: i64 = 84;
const RIGHT: i64 = WIDTH - 18;
/// Where the first lane is, and how far the next.
const TOP: i64 = 26;
const LANE: i64 = 34;
/// Half of a mark.
const HALF: i64 = 6;
/// Nearer than this they would stand on each other.
const NEAR: i64 = 2 * HALF + 2;
/// So many names of days at most.
const TICKS: usize = 9;

/// A lane: whose, what stands before it, and how its marks look.
const LANES: [(Option<Regime>, &str); 3] =
    [(Some(Regime::Hipaa), "HIPAA"), (Some(Regime::Part2), "Part 2"), (None, "policy")];

/// The mark of a lane, around a point.
pub fn mark(regime: Option<Regime>, x: i64, y: i64) -> String {
    let h = HALF;
    match regime {
        Some(Regime::Hipaa) => {
            let (up, down, left, right) = (y - h, y + h, x - h, x + h);
            format!("<path class=\"full\" d=\"M{x} {up}L{right} {y}L{x} {down}L{left} {y}Z\"/>")
        }
        Some(Regime::Part2) => {
            let (left, up, side) = (x - h + 1, y - h + 1, 2 * h - 2);
            format!("<rect class=\"full\" x=\"{left}\" y=\"{up}\" width=\"{side}\" height=\"{side}\"/>")
        }
        None => format!("<circle class=\"open\" cx=\"{x}\" cy=\"{y}\" r=\"{}\"/>", h - 1),
    }
}

/// The drawing; nothing where there are no rows.
pub fn drawn(report: &Accounting) -> Option<String> {
    let first = report.rows.iter().map(|row| row.first).min()?;
    let from = report.since.unwrap_or(first).min(first);
    let scale = Scale { from: number(from), to: number(report.as_of).max(number(from) + 1) };
    let lanes = i64::try_from(LANES.len()).unwrap_or_default();
    let bottom = TOP + lanes * LANE;
    let height = bottom + 20;
    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-labelledby=\"line-title line-desc\">\n\
         <title id=\"line-title\">When something was disclosed</title>\n<desc id=\"line-desc\">{}</desc>\n",
        escape(&told(report))
    );
    for (day, name) in ticks(from, report.as_of) {
        let x = scale.x(day);
        svg.push_str(&format!("<line class=\"rule\" x1=\"{x}\" y1=\"{}\" x2=\"{x}\" y2=\"{bottom}\"/>\n", TOP - 12));
        svg.push_str(&format!(
            "<text class=\"soft\" x=\"{x}\" y=\"{}\" text-anchor=\"middle\">{name}</text>\n",
            bottom + 14
        ));
    }
    for looked in report.look_backs.iter().filter(|looked| looked.from > from && looked.from < report.as_of) {
        let (x, name) = (scale.x(looked.from), looked.regime.name());
        svg.push_str(&format!("<line class=\"back\" x1=\"{x}\" y1=\"{}\" x2=\"{x}\" y2=\"{bottom}\"/>\n", TOP - 12));
        svg.push_str(&format!(
            "<text class=\"soft\" x=\"{}\" y=\"{}\">{name} looks back to here</text>\n",
            x + 3,
            TOP - 14
        ));
    }
    for (at, (regime, name)) in (0i64..).zip(LANES) {
        let y = TOP + at * LANE + LANE / 2;
        svg.push_str(&format!("<text x=\"0\" y=\"{}\">{name}</text>\n", y + 4));
        svg.push_str(&format!("<line class=\"rule\" x1=\"{LEFT}\" y1=\"{y}\" x2=\"{RIGHT}\" y2=\"{y}\"/>\n"));
        svg.push_str(&lane(report, regime, &scale, y));
    }
    svg.push_str("</svg>\n");
    Some(svg)
}

fn lane(report: &Accounting, regime: Option<Regime>, scale: &Scale, y: i64) -> String {
    let is_here = |row: &&Row| regime.map_or(row.required.is_empty(), |regime| row.required.contains(&regime));
    let mut svg = String::new();
    let mut drawn: Vec<(i64, Vec<&Row>)> = Vec::new();
    let mut rows: Vec<&Row> = report.rows.iter().filter(is_here).collect();
    rows.sort_by_key(|row| row.first);
    for row in rows {
        let (x, end) = (scale.x(row.first), scale.x(row.last));
        if end > x {
            svg.push_str(&format!(
                "<path class=\"span\" d=\"M{x} {y}H{end}M{end} {}V{}\"/>\n",
                y - HALF + 1,
                y + HALF - 1
            ));
        }
        match drawn.last_mut().filter(|(at, _)| x - *at < NEAR) {
            Some((_, there)) => there.push(row),
            None => drawn.push((x, vec![row])),
        }
    }
    for (x, rows) in drawn {
        let title: Vec<String> = rows.iter().map(|row| format!("{}: {}", page::days(row), row.recipient)).collect();
        let count = match rows.len() {
            1 => String::new(),
            many => format!("<text x=\"{x}\" y=\"{}\" text-anchor=\"middle\">{many}</text>", y - HALF - 3),
        };
        svg.push_str(&format!("<g><title>{}</title>{}{count}</g>\n", escape(&title.join("; ")), mark(regime, x, y)));
    }
    svg
}

/// The drawing in a sentence.
fn told(report: &Accounting) -> String {
    let lanes = LANES.iter().map(|(regime, name)| format!("{name} {}", report.marked(*regime)));
    format!(
        "{} rows, {}, by who asks for them: {}",
        report.rows.len(),
        report.range(),
        lanes.collect::<Vec<_>>().join(", ")
    )
}

/// From days to places.
struct Scale {
    from: i64,
    to: i64,
}

impl Scale {
    fn x(&self, day: Date) -> i64 {
        let at = (number(day) - self.from).clamp(0, self.to - self.from);
        LEFT + at * (RIGHT - LEFT) / (self.to - self.from)
    }
}

/// Days since 1970.
fn number(day: Date) -> i64 {
    Zone::UTC.start_of(day).map_or(0, |start| start.unix().div_euclid(86_400))
}

/// The first days of years, quarters or months between two days, as far apart as it takes; of a short time its ends.
fn ticks(from: Date, to: Date) -> Vec<(Date, String)> {
    for (months, is_year) in [(1, false), (3, false), (12, true), (24, true), (60, true), (120, true)] {
        let found = firsts(from, to, months, is_year);
        if found.len() <= TICKS && found.len() >= 2 {
            return found;
        }
        if found.len() < 2 {
            break;
        }
    }
    if from == to { vec![(from, from.to_string())] } else { vec![(from, from.to_string()), (to, to.to_string())] }
}

fn firsts(from: Date, to: Date, months: i32, is_year: bool) -> Vec<(Date, String)> {
    let begin = i32::from(from.year()) * 12;
    let end = i32::from(to.year()) * 12 + 11;
    let step = usize::try_from(months).unwrap_or(1);
    let days = (begin..=end).filter(|month| month % months == 0 || step == 1).filter_map(|month| {
        let (year, of_year) = (i16::try_from(month / 12).ok()?, i8::try_from(month % 12 + 1).ok()?);
        Date::new(year, of_year, 1).ok()
    });
    let name = |day: Date| {
        if is_year { format!("{:04}", day.year()) } else { format!("{:04}-{:02}", day.year(), day.month()) }
    };
    days.filter(|day| *day >= from && *day <= to).map(|day| (day, name(day))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::parse_date;

    fn names(from: &str, to: &str) -> Vec<String> {
        let day = |text| parse_date(text).unwrap();
        ticks(day(from), day(to)).into_iter().map(|(_, name)| name).collect()
    }

    #[test]
    fn days_are_named_as_far_apart_as_it_takes() {
        assert_eq!(names("2026-11-20", "2026-11-21"), ["2026-11-20", "2026-11-21"]);
        assert_eq!(names("2026-11-21", "2026-11-21"), ["2026-11-21"]);
        assert_eq!(names("2026-09-20", "2026-11-21"), ["2026-10", "2026-11"]);
        assert_eq!(names("2025-09-20", "2026-11-21"), ["2025-10", "2026-01", "2026-04", "2026-07", "2026-10"]);
        assert_eq!(names("2020-09-20", "2026-11-21"), ["2021", "2022", "2023", "2024", "2025", "2026"]);
        assert_eq!(names("1990-09-20", "2026-11-21").len(), 7);
    }
}

//! How the printed page looks. The page's own content security policy admits these very bytes and nothing else. Must not
//! know what stands on the page.

/// The style sheet. No colour carries a meaning: marks differ by shape and by word. The page's size is left to the printer,
/// so A4 and Letter both fit; a row is never broken over two pages, and the table's head stands on each.
pub const SHEET: &str = r#"
:root { --ink: #1d2730; --soft: #56636f; --line: #cfd6dc; --calm: #eef3f2; --deep: #24514d; }
* { box-sizing: border-box; }
html { color: var(--ink); background: #fff; font: 16px/1.5 "Source Sans 3", "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
body { margin: 0 auto; padding: 2.5rem 1.5rem 4rem; max-width: 68rem; }
h1, h2 { font-family: "Iowan Old Style", "Palatino Linotype", Palatino, Georgia, serif; font-weight: 500; line-height: 1.2; }
h1 { margin: 0 0 1.25rem; font-size: 2.1rem; color: var(--deep); }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.3rem; color: var(--deep); break-after: avoid; }
p { margin: 0 0 .6rem; max-width: 46rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.25rem; margin: 0; padding: 1rem 1.25rem; background: var(--calm); border-left: .25rem solid var(--deep); break-inside: avoid; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
.fine { font-size: .8rem; color: var(--soft); }
figure { margin: 0; break-inside: avoid; }
figure svg { display: block; width: 100%; height: auto; }
svg text { font: 11px "Source Sans 3", "Segoe UI", "Helvetica Neue", Arial, sans-serif; fill: var(--ink); }
svg .soft { fill: var(--soft); }
svg .rule { stroke: var(--line); stroke-width: 1; }
svg .back { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 3 3; }
svg .span { stroke: var(--ink); stroke-width: 1.5; }
svg .full { fill: var(--ink); stroke: var(--ink); stroke-width: 1.5; }
svg .open { fill: #fff; stroke: var(--ink); stroke-width: 1.5; }
.mark { width: .75em; height: .75em; margin-right: .3em; }
table { width: 100%; border-collapse: collapse; font-size: .875rem; line-height: 1.4; }
caption { text-align: left; color: var(--soft); padding-bottom: .5rem; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th { text-align: left; font-weight: 600; border-bottom: 2px solid var(--deep); padding: .35rem .75rem .35rem 0; vertical-align: bottom; }
td { border-bottom: 1px solid var(--line); padding: .6rem .75rem .6rem 0; vertical-align: top; overflow-wrap: anywhere; }
td:last-child, th:last-child { padding-right: 0; }
td.day { white-space: nowrap; font-variant-numeric: tabular-nums; }
td.count, th.count { text-align: right; font-variant-numeric: tabular-nums; width: 4rem; }
td p { margin: 0 0 .2rem; }
.law, .id { white-space: nowrap; }
.flag { display: inline-block; border: 1px solid var(--ink); border-radius: .2rem; padding: 0 .3rem; margin: .15rem .15rem 0 0; font-size: .75rem; font-weight: 600; letter-spacing: .03em; white-space: nowrap; }
ul { margin: 0; padding-left: 1.1rem; max-width: 46rem; }
footer { margin-top: 2.5rem; padding-top: 1rem; border-top: 1px solid var(--line); }
@media (max-width: 44rem) { .wide { overflow-x: auto; } .wide table { min-width: 44rem; } }
@media print {
  html { font-size: 10.5pt; }
  body { padding: 0; max-width: none; }
  h1 { font-size: 20pt; }
  dl { background: none; padding: 0 0 0 .75rem; }
  h2 { margin-top: 1.5rem; }
  table { font-size: 8.5pt; }
  td { padding-top: .4rem; padding-bottom: .4rem; }
  p, ul { orphans: 3; widows: 3; }
}
@page { size: auto; margin: 17mm 15mm 20mm; @bottom-right { content: counter(page) " / " counter(pages); font: 8pt Arial, sans-serif; color: #56636f; } }
"#;

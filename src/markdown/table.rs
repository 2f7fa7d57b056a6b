//! Lays tables out: as a grid whose columns are fitted to the width, or, where the columns would
//! become too thin to read, as one card of names and values for each row.

use ratatui::text::Span;

use super::block::{Alignment, Inline, Table};
use super::runs::{Row, is_shown, wrap_inlines};
use super::styles::Styles;
use super::wrap::columns;

/// The least width of a column whose text does not fit it whole.
const LEAST_COLUMN: usize = 6;

/// The rows of a table at a width.
pub(super) fn rows(table: &Table, styles: &Styles, width: usize) -> Vec<Row> {
    match column_widths(table, styles, width) {
        Some(widths) => grid(table, &widths, styles),
        None => cards(table, styles, width),
    }
}

/// The widths of the columns; `None` if they do not fit.
fn column_widths(table: &Table, styles: &Styles, width: usize) -> Option<Vec<usize>> {
    let count = table.header.len();
    // A line and a space on both sides of each column, and a line at the end.
    let room = width.checked_sub(3 * count + 1)?;
    let natural: Vec<usize> = (0..count)
        .map(|column| {
            let cells = table.rows.iter().map(|row| row.get(column));
            let cells = cells.chain([table.header.get(column)]).flatten();
            cells
                .map(|cell| cell_width(cell, styles))
                .max()
                .unwrap_or(0)
                .max(1)
        })
        .collect();
    if natural.iter().sum::<usize>() <= room {
        return Some(natural);
    }
    let (cap, mut spare) = fair_cap(&natural, room);
    if cap < LEAST_COLUMN {
        return None;
    }
    let widths = natural.iter().map(|&natural| {
        let extra = usize::from(natural > cap && spare > 0);
        spare -= extra;
        natural.min(cap) + extra
    });
    Some(widths.collect())
}

/// The largest width that all columns may have at most, and what remains of the room then.
fn fair_cap(natural: &[usize], room: usize) -> (usize, usize) {
    let mut sorted = natural.to_vec();
    sorted.sort_unstable();
    let mut left = room;
    for (index, &width) in sorted.iter().enumerate() {
        let share = left / (sorted.len() - index);
        if width > share {
            return (share, left % (sorted.len() - index));
        }
        left -= width;
    }
    (room, 0)
}

fn cell_width(cell: &[Inline], styles: &Styles) -> usize {
    let shown = cell.iter().filter(|run| is_shown(run, styles));
    let text: String = shown.map(|run| run.text.as_str()).collect();
    text.split('\n').map(columns).max().unwrap_or(0)
}

fn grid(table: &Table, widths: &[usize], styles: &Styles) -> Vec<Row> {
    let edge = |left: &str, middle: &str, right: &str| -> Row {
        let bars: Vec<String> = widths.iter().map(|width| "─".repeat(width + 2)).collect();
        vec![Span::styled(
            format!("{left}{}{right}", bars.join(middle)),
            styles.table_border,
        )]
    };
    let mut rows = vec![edge("┌", "┬", "┐")];
    rows.extend(grid_row(table, &table.header, true, widths, styles));
    rows.push(edge("├", "┼", "┤"));
    for cells in &table.rows {
        rows.extend(grid_row(table, cells, false, widths, styles));
    }
    rows.push(edge("└", "┴", "┘"));
    rows
}

fn grid_row(
    table: &Table,
    cells: &[Vec<Inline>],
    is_header: bool,
    widths: &[usize],
    styles: &Styles,
) -> Vec<Row> {
    let base = if is_header {
        styles.text.patch(styles.strong)
    } else {
        styles.text
    };
    let mut wrapped: Vec<std::vec::IntoIter<Row>> = cells
        .iter()
        .zip(widths)
        .map(|(cell, &width)| wrap_inlines(cell, base, styles, width).into_iter())
        .collect();
    let height = wrapped
        .iter()
        .map(ExactSizeIterator::len)
        .max()
        .unwrap_or(0);
    let mut rows = Vec::with_capacity(height);
    for _ in 0..height {
        let mut row = Row::new();
        for ((cell, &width), alignment) in wrapped.iter_mut().zip(widths).zip(&table.alignments) {
            let text = cell.next().unwrap_or_default();
            let used: usize = text.iter().map(|span| columns(&span.content)).sum();
            let (before, after) = padding(width.saturating_sub(used), *alignment);
            row.push(Span::styled("│", styles.table_border));
            row.push(Span::raw(" ".repeat(before + 1)));
            row.extend(text);
            row.push(Span::raw(" ".repeat(after + 1)));
        }
        row.push(Span::styled("│", styles.table_border));
        rows.push(row);
    }
    rows
}

/// The spaces before and after a text that is `spare` columns narrower than its cell.
fn padding(spare: usize, alignment: Alignment) -> (usize, usize) {
    match alignment {
        Alignment::Left => (0, spare),
        Alignment::Center => (spare / 2, spare - spare / 2),
        Alignment::Right => (spare, 0),
    }
}

/// One card for each row: the name of the column in bold, then the value. A table without rows
/// shows its header only.
fn cards(table: &Table, styles: &Styles, width: usize) -> Vec<Row> {
    let rule = || vec![Span::styled("─".repeat(width), styles.table_border)];
    let strong = styles.text.patch(styles.strong);
    let mut rows = vec![rule()];
    if table.rows.is_empty() {
        for name in &table.header {
            rows.extend(wrap_inlines(name, strong, styles, width));
        }
        rows.push(rule());
    }
    for cells in &table.rows {
        for (name, value) in table.header.iter().zip(cells) {
            rows.extend(card_entry(name, value, styles, width));
        }
        rows.push(rule());
    }
    rows
}

/// `name: value`, on one row if it fits, else the value below the name.
fn card_entry(name: &[Inline], value: &[Inline], styles: &Styles, width: usize) -> Vec<Row> {
    let strong = styles.text.patch(styles.strong);
    let value_rows = |width| wrap_inlines(value, styles.text, styles, width);
    if name.is_empty() {
        return value_rows(width);
    }
    let mut named = name.to_vec();
    if let Some(last) = named.last_mut() {
        last.text.push(':');
    }
    let mut rows = wrap_inlines(&named, strong, styles, width);
    let indent = cell_width(&named, styles) + 1;
    let breaks = value.iter().any(|run| run.text.contains('\n'));
    if rows.len() == 1 && indent + cell_width(value, styles) <= width && !breaks {
        rows[0].push(Span::raw(" "));
        rows[0].extend(value_rows(width - indent).into_iter().flatten());
    } else if !value.is_empty() {
        let inset = if width > 2 * LEAST_COLUMN { 2 } else { 0 };
        rows.extend(value_rows(width - inset).into_iter().map(|mut row| {
            row.insert(0, Span::raw(" ".repeat(inset)));
            row
        }));
    }
    rows
}

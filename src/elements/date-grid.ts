/** A month as the date grid of the ARIA Authoring Practices: Tab focuses one date, other keys move between dates. */
import { html, nothing, type TemplateResult } from 'lit';
import { addDays, addMonths, dateForKey, type IsoDate, later, monthOf, weekday, weeksOf } from './dates.ts';
import type { Words } from './english.ts';
import type { Language } from './locale.ts';
import type { SlotsByDate } from './scheduler.ts';

export interface DateGrid {
  words: Words;
  language: Language;
  today: IsoDate;
  /** The date that Tab focuses. The grid shows its month. */
  cursor: IsoDate;
  selected: IsoDate | undefined;
  slots: SlotsByDate | undefined;
  loading: boolean;
  /**
   * Moves the cursor to a date, and shows its month.
   *
   * @param focus whether a key moved the cursor, so that the date gets the focus.
   */
  onMove(date: IsoDate, focus: boolean): void;
  onSelect(date: IsoDate): void;
}

export function dateGrid(grid: DateGrid): TemplateResult {
  const { words, language, cursor, today, loading } = grid;
  // Late in a month, its first weeks have no date to choose.
  const weeks = weeksOf(cursor, language.weekStart).filter((days) =>
    days.some((date) => date && date >= today),
  );
  const week = Array.from({ length: 7 }, (_, index) =>
    addDays(today, language.weekStart - weekday(today) + index),
  );
  const first = monthOf(cursor) <= monthOf(today);
  const step = (months: number) => () => grid.onMove(later(addMonths(cursor, months), today), false);
  return html`
    <div class="bar">
      <button
        type="button"
        part="button previous"
        aria-label=${words.previousMonth}
        aria-disabled=${first}
        @click=${first ? nothing : step(-1)}
      >
        <span aria-hidden="true">‹</span>
      </button>
      <h2 id="month" part="heading">${language.month(cursor)}</h2>
      <button type="button" part="button next" aria-label=${words.nextMonth} @click=${step(1)}>
        <span aria-hidden="true">›</span>
      </button>
    </div>
    <table role="grid" part="grid" aria-labelledby="month" aria-busy=${loading} @keydown=${onKey(grid)}>
      <thead>
        <tr>
          ${week.map(
            (date) =>
              html`<th scope="col" abbr=${language.weekdayLong(date)}>${language.weekdayShort(date)}</th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${weeks.map((days) => html`<tr>${days.map((date) => cell(grid, date))}</tr>`)}
      </tbody>
    </table>
  `;
}

function cell(grid: DateGrid, date: IsoDate | undefined): TemplateResult {
  if (!date) return html`<td></td>`;
  const { words, language, cursor, selected, today, slots } = grid;
  const count = slots?.get(date)?.length ?? 0;
  const past = date < today;
  const times = count ? words.times(count) : words.noTimes;
  return html`<td
    role="gridcell"
    part=${count ? 'day free' : 'day'}
    class=${count ? 'free' : ''}
    data-date=${date}
    tabindex=${date === cursor ? 0 : -1}
    aria-label="${language.day(date)}${slots ? `, ${times}` : ''}"
    aria-selected=${date === selected}
    aria-disabled=${past}
    aria-current=${date === today ? 'date' : nothing}
    @click=${() => !past && grid.onSelect(date)}
  >
    ${language.dayOfMonth(date)}
  </td>`;
}

function onKey(grid: DateGrid) {
  return (event: KeyboardEvent) => {
    const { cursor, language, today } = grid;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === 'Enter' || event.key === ' ') grid.onSelect(cursor);
    else {
      const date = dateForKey(event, cursor, language.weekStart, language.direction === 'rtl');
      if (!date) return;
      grid.onMove(later(date, today), true);
    }
    event.preventDefault();
  };
}

/** Places in the playground's calendar, and drags from one to the other. */
import type { Locator, Page } from 'playwright-core';
import { vi } from 'vitest';

/** A position on the screen, in pixels. */
export interface Spot {
  x: number;
  y: number;
}

/** The box of an element once the calendar has nothing left to load: a redraw may replace the element. */
export async function settledBox(page: Page, element: Locator) {
  await page.locator('.calendar[aria-busy="false"]').waitFor();
  return vi.waitFor(async () => {
    const box = await element.boundingBox();
    if (!box) throw new Error('The element is not on the screen');
    return box;
  });
}

/** The position of a time on a day of the week in view. */
export async function timeSpot(page: Page, day: number, time: string): Promise<Spot> {
  const column = await settledBox(page, page.locator('.fc-timegrid-col[data-date]').nth(day));
  const row = await settledBox(page, page.locator(`.fc-timegrid-slot-lane[data-time="${time}"]`));
  return { x: column.x + column.width / 2, y: row.y + 4 };
}

/** The position of a day in the row of whole days, below the events that are there. */
export async function daySpot(page: Page, day: number): Promise<Spot> {
  const cell = await settledBox(page, page.locator('.fc-daygrid-day[data-date]').nth(day));
  return { x: cell.x + cell.width / 2, y: cell.y + cell.height - 4 };
}

export async function dragOn(page: Page, from: Spot, to: Spot): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 });
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await page.mouse.up();
}

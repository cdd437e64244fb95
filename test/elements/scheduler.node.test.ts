/** The element's requests for slots. */
import { afterEach, expect, it, vi } from 'vitest';
import { schedulerAt } from '../../src/elements/scheduler.ts';

afterEach(() => void vi.unstubAllGlobals());

const bookable = {
  service: 'service',
  durationMs: 15 * 60_000,
  intervalMs: undefined,
  hostUserIds: undefined,
};

/** A scheduler that refuses more than `most` dates in one request, and the windows that it got. */
function refusing(most: number, code = 'answer-too-large') {
  const windows: [string, string][] = [];
  vi.stubGlobal('fetch', async (url: string) => {
    const query = new URL(url).searchParams;
    const [from = '', to = ''] = [query.get('startDate'), query.get('endDate')].map(String);
    windows.push([from, to]);
    const days = (Date.parse(to) - Date.parse(from)) / 86_400_000;
    if (days > most) return Response.json({ code, detail: 'Too many', status: 400 }, { status: 400 });
    const dates = Array.from({ length: days + 1 }, (_, day) =>
      new Date(Date.parse(from) + day * 86_400_000).toISOString().slice(0, 10),
    );
    return Response.json({ dates: dates.map((date) => ({ date, slots: [{ start: Date.parse(date) }] })) });
  });
  const scheduler = schedulerAt({ account: 'account', baseUrl: 'http://localhost/api/v1', token: undefined });
  const slots = () =>
    scheduler.slots(bookable, '2030-01-01', '2030-01-31', 'UTC', new AbortController().signal);
  return { slots, windows };
}

it('reads a month in one request, with the next date, in which its last slots may end', async () => {
  const { slots, windows } = refusing(31);
  expect((await slots()).size).toBe(31);
  expect(windows).toEqual([['2030-01-01', '2030-02-01']]);
});

it.each([20, 5, 1])('reads a month in parts where an answer has at most %i days', async (most) => {
  const { slots } = refusing(most);
  const days = [...(await slots()).keys()];
  expect(days).toEqual([...new Set(days)].sort());
  expect(days).toHaveLength(31);
});

it('fails where even one date is too large, and for every other problem at once', async () => {
  await expect(refusing(0).slots()).rejects.toMatchObject({ code: 'answer-too-large' });
  const { slots, windows } = refusing(20, 'input-invalid');
  await expect(slots()).rejects.toMatchObject({ code: 'input-invalid' });
  expect(windows).toHaveLength(1);
});

import { env } from 'cloudflare:workers';
import { it } from 'vitest';
import {
  at,
  book,
  cancel,
  change,
  collective,
  enter,
  equal,
  group,
  HOUR,
  NOW,
  newWorld,
} from '../../support/bookings.ts';
import { through } from '../../support/database.ts';

const lines: string[] = [];
const log = (...a: unknown[]) => void lines.push(a.join(' '));
const watch = (name: string) =>
  through(async (run, count) => {
    const results = await run();
    log(name, count, results.map(({ meta }) => `${meta.rows_read}/${meta.rows_written}`).join(' '));
    return results;
  });
it('costs', async () => {
  for (const [kind, multiPerson] of Object.entries({ rr: undefined, equal, collective, group: group(100) })) {
    const world = await newWorld({ hosts: kind === 'rr' || kind === 'equal' ? 1 : 2, ...(multiPerson && { multiPerson }) });
    for (let i = 0; i < 20; i++) await enter(world.hosts[0], at(0) + (i * HOUR) / 2);
    for (let i = 0; i < 3; i++) await book(world, at(13 + 2 * i));
    for (const account of [world.account]) {
      const w = { ...world, account } as never;
      log(kind, account === world.account ? 'key' : 'token');
      const b = await book(w, at(19), {}, { env: { DB: watch('book') } }).catch((e) => log(String(e)));
      if (!b) continue;
      const held = await book(w, at(21), { holdFor: 10 }, { env: { DB: watch('hold') } });
      await change(w, held, { state: 'confirmed' }, { env: { DB: watch('confirm') } });
      await change(w, held, { startTs: at(22) }, { env: { DB: watch('move') } });
      await cancel(w, held, { env: { DB: watch('cancel') } });
      await cancel(w, b);
    }
  }
  throw new Error(lines.join('\n'));
});

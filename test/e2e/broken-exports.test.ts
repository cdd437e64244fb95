/** An export over real connections, which break or stall, with readers that are slow or stop early. */
import { afterAll, describe, expect, it } from 'vitest';
import { type Actors, dataOf, newActors, serverAt } from './support/actors.ts';
import { startProxy } from './support/proxy.ts';
import { startService } from './support/service.ts';

const service = await startService();
const [baseUrl] = service.baseUrls;
const proxy = await startProxy(baseUrl);
afterAll(async () => {
  proxy.stop();
  await service.stop();
});

const ID = '00000000-0000-4000-8000-00000000';

/** Creates an account with `count` more users of `size` bytes. Returns all ids in the order of an export. */
async function withUsers(count: number, size = 10): Promise<Actors & { ids: string[] }> {
  const actors = await newActors(baseUrl);
  await service.db
    .prepare(
      `INSERT INTO users (account_id, id, metadata)
       WITH RECURSIVE numbers (n) AS (
         SELECT 1001 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1000 + CAST(?2 AS INTEGER))
       SELECT ?1, ?4 || n, json_object('text', printf('%.*c', CAST(?3 AS INTEGER), 'x')) FROM numbers`,
    )
    .bind(actors.accountId, count, size, ID)
    .run();
  return { ...actors, ids: [actors.userId, ...Array.from({ length: count }, (_, i) => `${ID}${1001 + i}`)] };
}

/** The users of an export in order, its first and last lines, and the count in its last line. */
async function usersIn(lines: AsyncIterable<string>) {
  const ids: string[] = [];
  const types = { export: 0, end: 0 };
  let counted = 0;
  for await (const text of lines) {
    const line = JSON.parse(text);
    if (line.type === 'user') ids.push(line.id);
    if (line.type === 'export' || line.type === 'end') types[line.type as 'export' | 'end']++;
    if (line.type === 'end') counted = line.counts.user;
  }
  return { ids, types, counted };
}

const once = { export: 1, end: 1 };
const exported = ({ apiKey }: Actors, options = {}) =>
  serverAt(proxy.baseUrl, apiKey).account.export(options);

describe('an export', () => {
  it('continues wherever the connection breaks, and yields each line once', async () => {
    const actors = await withUsers(3500);
    proxy.requested.length = 0;
    // In the first line, in the first part, in the second part of that answer, and in a first part again.
    proxy.breakAfter(20, 150_000, 200_000, 100_000);
    const { ids, types, counted } = await usersIn(exported(actors));
    expect(ids).toEqual(actors.ids);
    expect([types, counted]).toEqual([once, actors.ids.length]);
    // And those that came too soon after a break.
    expect(proxy.requested.length).toBeGreaterThanOrEqual(5);
    expect(proxy.requested.at(-1)).toMatch(/^\/account\/export\?cursor=/);
  });

  it('is complete wherever in a part the connection breaks', async () => {
    const actors = await withUsers(1100);
    const bytes = (await exportText(actors)).length;
    for (let i = 1; i < 12; i++) {
      proxy.breakAfter(Math.floor((bytes * i) / 12));
      expect((await usersIn(exported(actors))).ids).toEqual(actors.ids);
    }
  });

  it('continues from the last cursor of a file', async () => {
    const actors = await withUsers(2500);
    const file: string[] = [];
    for await (const line of exported(actors)) {
      file.push(line);
      if (line.startsWith('{"type":"cursor"') && file.length > 1500) break;
    }
    const { cursor } = JSON.parse(file.at(-1) ?? '{}');
    for await (const line of exported(actors, { cursor })) file.push(line);
    async function* linesOf() {
      yield* file;
    }
    const { ids, types, counted } = await usersIn(linesOf());
    expect([ids, types, counted]).toEqual([actors.ids, once, actors.ids.length]);
  });
});

describe('a reader', () => {
  it('that is slow gets every line, even if the account changes meanwhile', async () => {
    const actors = await withUsers(2500);
    const { accountClient } = actors;
    let deleted = '';
    async function* slowly() {
      for await (const line of exported(actors)) {
        yield line;
        if (!line.startsWith('{"type":"cursor"')) continue;
        dataOf(await accountClient.user.create());
        deleted ||= dataOf(await accountClient.user.remove(actors.ids.at(-1) ?? '')).user.id;
      }
    }
    const { ids, counted } = await usersIn(slowly());
    // The export leaves out users created after its start. It may contain users deleted before their turn.
    expect(ids.filter((id) => id !== deleted)).toEqual(actors.ids.slice(0, -1));
    expect([deleted, counted]).toEqual([actors.ids.at(-1), ids.length]);
  });

  it('that pauses gets only the buffered lines after its API key is removed', async () => {
    const actors = await withUsers(5000, 4000);
    const { apiKey, secretApiKey } = dataOf(await actors.accountClient.account.apiKeys.create());
    const lines = serverAt(baseUrl, secretApiKey).account.export()[Symbol.asyncIterator]();
    await lines.next();
    dataOf(await actors.accountClient.account.apiKeys.remove(apiKey.id));
    let read = 1;
    const rest = async () => {
      while (!(await lines.next()).done) read++;
    };
    await expect(rest()).rejects.toMatchObject({ code: 'api-key-unknown', status: 401 });
    expect(read).toBeLessThan(actors.ids.length);
  });

  it('that stops closes the connection, and sends no more requests', async () => {
    const actors = await withUsers(5000, 4000);
    proxy.requested.length = 0;
    for await (const line of exported(actors)) if (JSON.parse(line).type === 'user') break;
    expect(await proxy.closed()).toBe('broken');
    expect(proxy.requested).toEqual(['/account/export']);
    expect((await actors.accountClient.account.me()).status).toBe(200);
  });

  it('that aborts its signal ends at once, even when no data arrives', async () => {
    const actors = await withUsers(1100);
    const [first = ''] = /^.*?"cursor":.*?\n/s.exec(await exportText(actors)) ?? [];
    proxy.stallAfter(first.length + 10);
    const controller = new AbortController();
    const lines = exported(actors, { signal: controller.signal })[Symbol.asyncIterator]();
    while (!(await lines.next()).value.startsWith('{"type":"cursor"'));
    const next = lines.next();
    controller.abort(new Error('enough'));
    await expect(next).rejects.toThrow('enough');
    expect(await proxy.closed()).toBe('broken');
  });
});

async function exportText({ apiKey }: Actors): Promise<string> {
  const headers = { 'x-api-key': apiKey, connection: 'close' };
  return (await fetch(`${baseUrl}/account/export`, { headers })).text();
}

/** What keeps `npm run dev` and the operator's commands from working is said at once, with what to do. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkShards, readConfig } from '../../src/dev/databases.ts';
import { checkPort, portIn } from '../../src/dev/ports.ts';
import { startServer } from '../../src/dev/server.ts';
import { root } from '../e2e/support/bundle.ts';

const folder = mkdtempSync(join(tmpdir(), 'nettu-start-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A program that has a port of one address. */
async function onPort<T>(host: string, body: string, use: (port: number) => Promise<T>): Promise<T> {
  const server = createServer((_, response) => response.end(body));
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  try {
    return await use((server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('a port', () => {
  it.each(['127.0.0.1', '::1', '0.0.0.0', '::'])(
    'that another program has on %s is named, with another one',
    (host) =>
      onPort(host, 'hello', async (port) => {
        await expect(checkPort(port)).rejects.toThrow(
          `Another program uses port ${port}. Choose another port: PORT=${port + 10} npm run dev`,
        );
        await expect(startServer(port)).rejects.toThrow(`Another program uses port ${port}`);
      }),
  );

  it('that a Nettu Scheduler has gets a sentence of its own', () =>
    onPort('127.0.0.1', JSON.stringify({ message: 'Nettu Scheduler is up.' }), (port) =>
      expect(checkPort(port)).rejects.toThrow(`A Nettu Scheduler is running on port ${port} already.`),
    ));

  it('that is free is fine', async () => {
    const free = await onPort('127.0.0.1', '', async (port) => port);
    await checkPort(free);
  });

  it('comes from PORT, which must be one', () => {
    expect(portIn({})).toBe(5000);
    expect(portIn({ PORT: '' })).toBe(5000);
    expect(portIn({ PORT: '5010' })).toBe(5010);
    for (const PORT of ['x', '0', '-1', '5000.5', '65535', '70000'])
      expect(() => portIn({ PORT })).toThrow(`and is "${PORT}"`);
  });
});

describe('SHARDS', () => {
  const eu = { binding: 'DB_EU', database_name: 'eu', database_id: 'eu' };
  const withShards = (vars: object) => {
    const file = join(folder, 'wrangler.json');
    const db = { ...eu, binding: 'DB' };
    const config = { name: 'start', compatibility_date: '2026-07-30', d1_databases: [db, eu], vars };
    writeFileSync(file, JSON.stringify(config));
    return readConfig(file);
  };

  it.each([
    [{ SHARDS: { 1: { binding: 'DB_US' } } }, 'shard 1 names the binding DB_US, which no D1 database has'],
    [{ PLACES: { 1: { binding: 'DB_US' } } }, 'shard 1 names the binding DB_US, which no D1 database has'],
    [{ SHARDS: { 0: { binding: 'DB_EU' } } }, 'shard 0 is the database that is bound as DB'],
    [{ SHARDS: { one: { binding: 'DB_EU' } } }, 'one is not the number of a shard'],
    [{ SHARDS: { 1: { binding: 'DB_EU', region: 'E U' } } }, 'the region of shard 1'],
    [{ SHARDS: { 1: { binding: 'DB' } } }, 'the shards 0 and 1 are the same database'],
  ])('%j is refused by the rules of the Worker', (vars, reason) => {
    expect(() => checkShards(withShards(vars))).toThrow(`SHARDS in wrangler.toml: ${reason}`);
  });

  it('that fits is fine, and so is none', () => {
    checkShards(withShards({ SHARDS: { 1: { binding: 'DB_EU', region: 'eu' } } }));
    checkShards(withShards({}));
    checkShards(readConfig());
  });
});

describe('Node', () => {
  const check = './src/dev/check-node.mjs';
  /** Runs the check as another version of Node would. */
  const as = (version: string) => {
    const script = `Object.defineProperty(process, 'versions', { value: { node: '${version}' } }); await import('${check}');`;
    return spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: root,
      encoding: 'utf8',
    });
  };

  it.each(['20.20.2', '22.17.1', '18.0.0'])(
    '%s, after npm ci --ignore-scripts, learns what to do',
    (version) => {
      const { status, stderr } = as(version);
      expect(status).toBe(1);
      expect(stderr).toContain(`runs on ${version}.`);
      expect(stderr).toContain('npm rebuild node');
    },
  );

  it.each(['22.18.0', '22.23.3', '24.0.0'])('%s runs TypeScript by itself', (version) => {
    expect(as(version)).toMatchObject({ status: 0, stderr: '' });
  });

  it('is checked first by every command that a user runs', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    for (const name of ['dev', 'demo', 'token', 'migrate', 'import', 'account', 'accounts', 'export-all'])
      expect(scripts[name]).toMatch(/^node (--import )?\.?\/?src\/dev\/check-node\.mjs /);
  });
});

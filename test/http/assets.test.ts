/** Static assets: the Worker serves the OpenAPI description, the reference and the guides. */
import { env } from 'cloudflare:workers';
import { afterAll, describe, expect, it } from 'vitest';
import document from '../../dist/assets/openapi.json';
import type { Env } from '../../src/env.ts';
import { handle } from '../../src/index.ts';
import { call } from '../support/client.ts';
import { answersHeld } from '../support/described.ts';
import { expectProblem } from '../support/problem.ts';

const get = (path: string, init: RequestInit = {}) =>
  handle(new Request(`https://nettu.test${path}`, init as RequestInit<never>), env as Env, 0);

describe.each(['/api/v1', ''])('below "%s"', (base) => {
  it('serves the OpenAPI description as JSON to any origin', async () => {
    const response = await get(`${base}/openapi.json`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await response.json()).toEqual(document);
  });

  it('serves the reference and everything it loads from this host, under a strict CSP', async () => {
    const response = await get(`${base}/docs`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/html/);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'; script-src 'self';");
    expect(policy).toContain("connect-src 'self'");
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval|script-src[^;]*unsafe/);
    const html = await response.text();
    expect(html).not.toMatch(/https?:\/\//);
    const [, script = ''] = /src="([^"]+)"/.exec(html) ?? [];
    const start = await get(script);
    expect(start.headers.get('content-type')).toMatch(/^text\/javascript/);
    const code = await start.text();
    expect(code).not.toMatch(/https?:\/\//);
    const [, renderer = ''] = /from '([^']+)'/.exec(code) ?? [];
    const found = await get(renderer, { method: 'HEAD' });
    expect(found.status).toBe(200);
    expect(found.headers.get('cache-control')).toContain('immutable');
  });

  it.each(['', '/'])(
    'serves the index of the guides at /docs/guides%s, under the same CSP',
    async (slash) => {
      const response = await get(`${base}/docs/guides${slash}`);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toMatch(/^text\/html/);
      expect(response.headers.get('content-security-policy')).toContain(
        "default-src 'none'; script-src 'self';",
      );
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.get('referrer-policy')).toBe('no-referrer');
      expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(await response.text()).toContain('<h1>Guides</h1>');
    },
  );

  it('serves a guide and everything it loads from this host', async () => {
    const response = await get(`${base}/docs/guides/decisions/0009-the-leapfrog-search`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-security-policy')).not.toMatch(/https?:|\*|unsafe-eval/);
    const html = await response.text();
    const loaded = [...html.matchAll(/<(?:script|link)[^>]* (?:src|href)="(\/[^"]+)"/g)].map(
      ([, path = '']) => path,
    );
    expect(loaded).toHaveLength(2);
    for (const path of [...loaded, '/api/v1/docs/guides/search.json']) {
      const file = await get(path);
      expect([path, file.status]).toEqual([path, 200]);
      expect(file.headers.get('content-security-policy')).toBeNull();
      await file.body?.cancel();
    }
  });

  it('answers HEAD without a body, and 404 for an unknown guide', async () => {
    const head = await get(`${base}/docs/guides/events`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    for (const path of ['nothing', 'decisions', 'decisions/', 'decisions/nothing', '../openapi', 'events/']) {
      const response = await get(`${base}/docs/guides/${path}`);
      expect([path, response.status]).toEqual([path, 404]);
      await response.body?.cancel();
    }
    const post = await get(`${base}/docs/guides/events`, { method: 'POST' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
  });

  it('answers 304 for a known etag, 405 for another method and 404 for an unknown file', async () => {
    const etag = (await get(`${base}/docs`)).headers.get('etag') ?? '';
    expect((await get(`${base}/docs`, { headers: { 'if-none-match': etag } })).status).toBe(304);
    const post = await get(`${base}/docs`, { method: 'POST' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
    expect((await get(`${base}/docs/nothing.js`)).status).toBe(404);
  });
});

it('returns 404 when the Worker is deployed without assets', async () => {
  const without = { ...env, ASSETS: undefined } as unknown as Env;
  for (const path of ['/docs', '/docs/guides', '/docs/guides/events', '/openapi.json']) {
    expectProblem(await call('GET', path, { env: without }), 'route-unknown');
  }
});

const heldBefore = answersHeld();
afterAll(() => expect(answersHeld()).toBeGreaterThan(heldBefore));

/** The problem that each route answers during an outage, whether D1 has certainly not run the batch or may have. */
import { expect, it } from 'vitest';
import { Outage } from '../../src/db/connection.ts';
import { failure, problemOf } from '../../src/http/errors.ts';
import type { Route } from '../../src/route.ts';
import { routes } from '../../src/routes.ts';
import { Trace } from '../../src/trace.ts';

const CAUSE = new Error('D1_ERROR: Network connection lost.');

/** Returns the problem that the route answers, and checks the cause in the log. */
function answerTo(changed: Outage['changed'], route: Route, headers: Record<string, string> = {}) {
  const trace = new Trace();
  const {
    status,
    body,
    headers: sent,
  } = failure(problemOf(new Outage(changed, CAUSE), route, new Headers(headers), 0), trace);
  const { code, detail } = body as { code: string; detail: string };
  expect(JSON.stringify(body)).not.toContain('D1');
  expect(trace.cause).toContain(CAUSE.message);
  expect(sent?.['retry-after']).toBe('5');
  return { status, code, detail };
}

const all = Object.entries<Route>(routes);

/** Returns the reply of a route, and its log, where D1 refuses the batch for a limit of the plan. */
function refusedFor(message: string, route: Route, now: number) {
  const trace = new Trace();
  const outage = new Outage('nothing', new Error(message));
  const reply = failure(problemOf(outage, route, new Headers(), now), trace);
  expect(JSON.stringify(reply.body)).not.toContain('D1');
  expect(trace.cause).toContain(message);
  return { ...reply, limit: trace.limit };
}

it.each(all)('%s returns 507 and says that nothing changed, when the database is full', (_, route) => {
  const { status, body, headers, limit } = refusedFor('D1_ERROR: Exceeded maximum DB size', route, 0);
  expect({ status, limit, body }).toMatchObject({ status: 507, limit: 'room', body: { code: 'no-room' } });
  const advice = route.method === 'DELETE' ? /Try again in some minutes/ : /Deleting makes room/;
  expect((body as { detail: string }).detail).toMatch(/nothing changed/);
  expect((body as { detail: string }).detail).toMatch(advice);
  expect(headers).not.toHaveProperty('retry-after');
});

it.each([
  [0, '86400'],
  [Date.UTC(2030, 5, 1, 22, 30), '5400'],
  [Date.UTC(2030, 5, 2) - 1, '1'],
  [Date.UTC(2030, 5, 2), '86400'],
])('at %i, a plan whose rows of the day are used up means 503 for %s seconds', (now, seconds) => {
  for (const [, route] of all) {
    const message = "D1_ERROR: Your account has exceeded D1's free tier daily row write limit.";
    const { status, body, headers, limit } = refusedFor(message, route, now);
    expect({ status, limit, body }).toMatchObject({
      status: 503,
      limit: 'day',
      body: { code: 'database-unavailable', detail: expect.stringMatching(/nothing changed.*midnight UTC/) },
    });
    expect(headers?.['retry-after']).toBe(seconds);
  }
});

it.each(all)('%s returns 503 and says that nothing changed, when that is certain', (_, route) => {
  const { status, code, detail } = answerTo('nothing', route);
  expect([status, code]).toEqual([503, 'database-unavailable']);
  expect(detail).toMatch(/nothing changed\. Try again/);
});

it.each(all.filter(([, { does }]) => does.writes))(
  '%s returns 503 and says how to proceed, when the write may have taken effect',
  (_, route) => {
    const { status, code, detail } = answerTo('unknown', route);
    expect(status).toBe(503);
    expect(detail).toMatch(/may or may not have taken effect/);
    if (route.method === 'POST') {
      expect(code).toBe('outcome-unknown');
      expect(detail).toContain(route.does.retryAdvice ?? 'Check whether it did before you send it again.');
    } else {
      expect(code).toBe('database-unavailable');
      expect(detail).toMatch(/safe to send again/);
      expect(/a 404 then means that the first request took effect/.test(detail)).toBe(
        route.method === 'DELETE',
      );
    }
  },
);

it.each(all.filter(([, { does }]) => does.idempotent))(
  '%s says that a retry with the same Idempotency-Key is safe',
  (_, route) => {
    const { code, detail } = answerTo('unknown', route, { 'idempotency-key': 'k' });
    expect(code).toBe('outcome-unknown');
    expect(detail).toMatch(/same Idempotency-Key: it takes effect once/);
  },
);

/**
 * Parses a body or a query as a route does, without credentials and database. `http/invalid-input.test.ts` covers the
 * rest over HTTP: every route returns 400 for input that is rejected here, and writes nothing.
 */
import { expect } from 'vitest';
import type { Env } from '../../src/env.ts';
import { inputOf } from '../../src/http/input.ts';
import type { ParsedInput } from '../../src/operation.ts';
import { Problem } from '../../src/problem.ts';
import type { Route } from '../../src/route.ts';
import { routes } from '../../src/routes.ts';

export type RouteName = keyof typeof routes;

/** A value in rejected input, which no response may repeat. */
export const MARK = 'mark-7c1d';
/** A number for the same purpose. */
export const NUMBER = 98_765_432_123_456;

/** The names of the routes that satisfy the condition, each as the arguments of one test. */
export const routesWhere = (fits: (route: Route) => boolean): RouteName[] =>
  (Object.keys(routes) as RouteName[]).filter((name) => fits(routes[name]));

/** The members that an object schema declares. */
export const membersOf = (schema: unknown): string[] =>
  Object.keys((schema as { entries?: object } | undefined)?.entries ?? {});

async function parse(
  name: RouteName,
  init: RequestInit,
  search = '',
): Promise<Omit<ParsedInput, 'tokenUser'> & { ignored: string[] }> {
  const request = new Request(`https://nettu.test/${search}`, init);
  const { input, ignored } = await inputOf(request, { route: routes[name], params: {} }, {} as Env, 0);
  return { ...input, ignored };
}

function parseBody(name: RouteName, body: object | string) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return parse(name, { method: 'POST', body: text, headers: { 'content-type': 'application/json' } });
}

/** The body as a route parses it, from an object or JSON text. */
export const bodyOf = async (name: RouteName, body: object | string): Promise<unknown> =>
  (await parseBody(name, body)).body;

/** The members of the body that a route ignores, from an object or JSON text. */
export const ignoredIn = async (name: RouteName, body: object | string): Promise<string[]> =>
  (await parseBody(name, body)).ignored;

/** The query as a route parses it, from an object or the text after the question mark. */
export const queryOf = async (name: RouteName, query: object | string): Promise<unknown> =>
  (await parse(name, {}, `?${new URLSearchParams(query as string | Record<string, string>)}`)).query;

/** Expects that the route rejects the body and names exactly these fields. */
export const expectInvalidBody = (name: RouteName, body: object | string, ...paths: string[]) =>
  expectRefused(bodyOf(name, body), { name, body }, paths);

/** Expects that the route rejects the query and names exactly these parameters. */
export const expectInvalidQuery = (name: RouteName, query: object | string, ...paths: string[]) =>
  expectRefused(queryOf(name, query), { name, query }, paths);

async function expectRefused(parsed: Promise<unknown>, sent: object, paths: string[]): Promise<Problem> {
  const problem = await parsed.then(
    (taken) => expect.fail(`${JSON.stringify(sent).slice(0, 200)} is taken as ${JSON.stringify(taken)}`),
    (error: unknown) => error as Problem,
  );
  expect(problem).toBeInstanceOf(Problem);
  const { code, detail, extra } = problem;
  const { errors = [] } = extra;
  const found = errors.map(({ path }) => path);
  expect({ ...sent, code, paths: found }).toEqual({ ...sent, code: 'input-invalid', paths });
  for (const { reason } of errors) expect(reason).toMatch(/\S/);
  const sentences = `${detail} ${errors.map(({ reason }) => reason)}`;
  if (!paths.some((path) => path.includes(MARK))) expect(sentences).not.toContain(MARK);
  expect(sentences).not.toContain(String(NUMBER));
  return problem;
}

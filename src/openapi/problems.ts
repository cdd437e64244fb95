/** The problems of a path: those that follow from its door, input and method, and those that docs.ts declares. */
import type { AnyOperation } from '../operation.ts';
import { kinds } from '../problem.ts';
import type { Door, Route } from '../route.ts';
import type { ProblemCode } from '../sdk/types.ts';

const apiKey = ['api-key-unknown', 'api-key-expired'] as const;
const token = [
  'token-malformed',
  'token-algorithm',
  'token-claims',
  'token-expired',
  'token-not-yet-valid',
  'token-signature',
  'key-standby',
  'key-retired',
  'key-revoked',
  'user-unknown',
  'token-revoked',
] as const;

const credentials: Record<Door, readonly ProblemCode[]> = {
  admin: ['credentials-missing', ...apiKey],
  user: ['credentials-missing', ...token],
  both: ['credentials-missing', ...apiKey, ...token],
  anyone: ['credentials-missing', ...apiKey, ...token],
  public: [],
  feed: [],
};

export const usesDatabase = (door: Door, { method }: Route): boolean => door !== 'public' || method !== 'GET';

/** The problem codes of a path, by status. */
export function problemsOf(
  route: Route,
  door: Door,
  declared: readonly ProblemCode[] = [],
): [status: number, codes: ProblemCode[]][] {
  const { method, needs, does, owner, limited } = route;
  const { query, body, text, params = [], target, idempotent }: AnyOperation = does;
  const named = params.length > 0 || (owner && door !== 'user');
  const database = usesDatabase(door, route);
  const codes: (ProblemCode | false | undefined)[] = [
    !!body && 'body-not-json',
    !!(body || text || query || target || idempotent) && 'input-invalid',
    ...credentials[door],
    door !== 'admin' && needs.length > 0 && 'policy-denied',
    named && 'not-found',
    door !== 'public' && idempotent && 'quota-exceeded',
    !!target && 'precondition-failed',
    !!(body || text) && 'body-too-large',
    !!(body || text) && 'media-type-unsupported',
    !!(body || text) && 'content-encoding-unsupported',
    idempotent && 'idempotency-key-reused',
    (door !== 'public' || limited) && 'rate-limited',
    'https-required',
    door !== 'public' && 'account-suspended',
    'internal',
    database && 'database-unavailable',
    database && method === 'POST' && does.writes && 'outcome-unknown',
    database && 'no-room',
  ];
  const all = new Set([...codes.filter((code) => typeof code === 'string'), ...declared]);
  const order = Object.keys(kinds) as ProblemCode[];
  const byStatus = Map.groupBy(
    order.filter((code) => all.has(code)),
    (code) => kinds[code][0] as number,
  );
  return [...byStatus];
}

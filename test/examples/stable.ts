/** Replaces what differs from run to run (ids, secrets, keys, estimates) by values that stay, so that a recording can be compared. */
import { ACCOUNT_ID } from '../../src/openapi/server.ts';

/** Public keys whose private halves nobody has. */
const PUBLIC_KEYS = [
  `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAjZmmAwT5nK/gZtFIH66x
V+mnJO6682+1ACnULw646BChzQaRnAWVMa9kBuS2KwU7is5TRG/6P3f/wRizBSrK
bflXvJvhF3cJR3tywfYsteBLprhJ8E/ZRKd5lJipzq767SHfhPMrWC2LxUwRWClu
FowJYKkL6RjcFVRoyhCqaHHWnDfa02RvFpvTJhqaTFVhGYBp5UcZK7admQXpw49G
kkZalgIYNs+uO9TQ+iOLF6KcxQhEX8Po09uemWqn4kTlW9SHjdNsLnq/A4K6uwMG
n4j1guCzrFJrQA2/S5bVN788oCWXpXnr0Zj+AjpbEbmMHU3wXfbEm9jyPrCcdAcH
FwIDAQAB
-----END PUBLIC KEY-----
`,
  `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvCv4mvYEMko4kyBF9a1C
Oeu75tc/q3JqyKOc+lLVMUEHLLqWz2L7u01g8CoybyPlQFY42y2P3G87TNS8D8Q4
iGlBqegTdwbicPVrzx0I4IiFZSkKF7v+QjEZSXeTlCQjpJpguNwD2a7tc+hMESKr
k0Vwc5oWwNADFCDA4OfdqvODgkmWqdqcGIE11bpwy0+vRZZLCPm+yRTumR2vp264
1j+BlF1flhcVD9XwrZnWLjScv2NSWF5rMMGyM+zJohw2ef2bVzefxUITDojTnfFa
kmlIl+jStdK3804MtwPQQhi/Hd/1VTFuDl3kjOtYk/q70lBQhmVRU+nnreH3Otxd
xwIDAQAB
-----END PUBLIC KEY-----
`,
];

/** By the name of a member: values that are random, or estimates. */
const members: Readonly<Record<string, unknown>> = {
  hint: 'Q3xZ',
  hash: 'c1f5a2…',
  cursor: 'AQIDBAUGBwgJCgsMDQ4PEA',
};
/** Members that are counted one in sixteen, at random. */
const ESTIMATES = ['pending', 'idempotencyRecords', 'pendingDeliveries', 'pendingBytes', 'keptBytes'];

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

const patterns: readonly [RegExp, string][] = [
  [/sk_[\w.-]{30,}/g, 'sk_EXAMPLE_kept_in_your_backend_only'],
  [/feed_[\w-]{32}/g, 'feed_EXAMPLE_that_only_the_app_keeps'],
  [/whk_[\w-]+/g, 'whk_EXAMPLE'],
  [/whsec_[\w+/=]+/g, 'whsec_RVhBTVBMRSBzZWNyZXQgb2YgYSB3ZWJob29r'],
  [
    /eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+/g,
    'eyJhbGciOiJSUzI1NiJ9.eyJuZXR0dVNjaGVkdWxlclVzZXJJZCI6IuKApiJ9.c2lnbmF0dXJl',
  ],
  [/http:\/\/127\.0\.0\.1:\d+\/(ok|gone)\/example/g, 'https://app.example.com/webhooks/nettu'],
];

const HOUR_MS = 3_600_000;

export class Stable {
  readonly #known = new Map<string, string>();
  readonly #now: number;
  #ids = 0;
  readonly #startedAt = Date.now();

  /**
   * @param account the id of the account, which the description names in its samples.
   * @param now the clock of the recording, in milliseconds. It also replaces the times that the database's clock wrote.
   */
  constructor(account: string, now: number) {
    this.account(account);
    this.#now = now;
  }

  /** Another account, which gets the same id. */
  account(id: string): void {
    this.#known.set(id, ACCOUNT_ID);
    this.#known.set(ACCOUNT_ID, ACCOUNT_ID);
  }

  /** Names a public key, or its `kid`, before the first value that holds it. */
  key(actual: string, number: 0 | 1): void {
    this.#known.set(actual, actual.startsWith('-----') ? (PUBLIC_KEYS[number] ?? '') : `kid-${number + 1}`);
  }

  /** A copy of a JSON value. */
  of<T>(value: T): T {
    if (typeof value === 'string') return this.#text(value) as T;
    if (typeof value === 'number') return this.#time(value) as T;
    if (Array.isArray(value)) return value.map((entry) => this.of(entry)) as T;
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [this.#text(name), this.#member(name, member)]),
    ) as T;
  }

  #member(name: string, value: unknown): unknown {
    if (typeof value === 'string' && name in members) return members[name];
    // How long a database took.
    if (name === 'ms') return 12;
    if (name === 'version') return typeof value === 'number' ? 1 : '1.0.0';
    if (ESTIMATES.includes(name)) return typeof value === 'object' ? { ...value, use: 0 } : 0;
    return this.of(value);
  }

  #time(value: number): number {
    return Math.abs(value - this.#startedAt) < HOUR_MS ? this.#now : value;
  }

  #text(text: string): string {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    if (/^\{.*\}$/s.test(text)) return JSON.stringify(this.of(JSON.parse(text)));
    const replaced = patterns.reduce((text, [pattern, value]) => text.replace(pattern, value), text);
    return replaced.replace(UUID, (id) => this.#id(id));
  }

  /** Ids in the order in which they appear. */
  #id(id: string): string {
    const known = this.#known.get(id);
    if (known) return known;
    const number = ++this.#ids;
    const stable = `3f2a9c10-5b7e-4d21-8c46-${String(number).padStart(12, '0')}`;
    this.#known.set(id, stable).set(stable, stable);
    return stable;
  }
}

/**
 * What a runtime must be able to do with the packed SDK. It is a text, as the programs are written in the words of each
 * runtime: `IMPORT` becomes an import or a `require`.
 */

/** @param fetched the base URL of the stand-in for the service. */
export const program = (baseUrl: string, privateKey: string): string => `
const assert = (fine, what) => { if (!fine) throw new Error(what); };
const client = NettuClient({ baseUrl: '${baseUrl}', apiKey: 'sk_1', retries: 0 });

async function run() {
  const { signal } = new AbortController();
  // Before there is WebCrypto, which Node 18 does not have as a global.
  const made = await client.user.create({ metadata: { 'a b': 'c&d' } }, { signal });
  assert(made.status === 201 && made.data.user.id === 'u1', 'create: ' + made.status);
  const users = await client.user.list({ metadata: { plan: 'free' } }, { signal }).toArray();
  assert(users.map(({ id }) => id).join() === 'u1,u2', 'list');
  const refused = await client.user.remove('none');
  assert(refused.error instanceof NettuProblem && refused.error.code === 'not-found', 'problem');
  const controller = new AbortController();
  const slow = client.account.me({ signal: controller.signal });
  controller.abort();
  const aborted = await slow.catch((error) => error);
  assert(aborted.name === 'AbortError', 'abort');
  const late = await client.account.me({ timeout: 20 }).catch((error) => error);
  assert(late.name === 'NettuTimeoutError', 'timeout');
  const lines = [];
  for await (const line of client.account.export()) lines.push(line);
  assert(lines.length === 2, 'export');

  if (!globalThis.crypto) {
    const error = await verifyWebhook('{}', headers('x'), secret).catch((error) => error);
    assert(/Start Node 18 with/.test(error.message), 'without WebCrypto: ' + error.message);
    globalThis.crypto = NODE_CRYPTO.webcrypto;
  }
  const { body, headers: signature } = await signWebhook({ type: 'ping' }, secret);
  assert((await verifyWebhook(body, signature, secret)).type === 'ping', 'verifyWebhook');
  const token = await signUserToken({ privateKey: ${JSON.stringify(privateKey)}, userId: 'u1' });
  const user = NettuUserClient({ baseUrl: '${baseUrl}', token, nettuAccount: 'acc' });
  assert((await user.user.me()).data.valid === true, 'signUserToken');
}
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const headers = (value) => ({ 'webhook-id': value, 'webhook-timestamp': String(Math.floor(Date.now() / 1000)), 'webhook-signature': value });
`;

const names = {
  '@nettu/scheduler-sdk': 'NettuClient, NettuProblem, NettuUserClient, verifyWebhook',
  '@nettu/scheduler-sdk/sign-user-token': 'signUserToken',
  '@nettu/scheduler-sdk/sign-webhook': 'signWebhook',
};

/** The lines that load the SDK as ES modules. */
export const imports = Object.entries(names)
  .map(([from, name]) => `import { ${name} } from '${from}';\n`)
  .join('');

/** The lines that load the SDK as CommonJS. */
export const requires = Object.entries(names)
  .map(([from, name]) => `const { ${name} } = require('${from}');\n`)
  .join('');

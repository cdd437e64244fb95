/**
 * `npm run check:runtimes`: packs the SDK and the element, installs both in a fresh project, and uses them in every runtime and
 * with every compiler that the README names. Run it after `npm run build:sdk` and `npm run build:elements`. The first run
 * downloads the runtimes from the npm registry.
 */
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';
import { imports, program, requires } from './runtimes/probe.ts';
import { startStandIn } from './runtimes/stand-in.ts';
import { compiler, installTools, npm, runtime } from './runtimes/tools.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tools = installTools();
const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const { baseUrl, stop } = await startStandIn(publicKey);
// Inside the folder of the tools, so that Jest finds its own packages.
const project = mkdtempSync(join(tools, 'project-'));
const file = (name: string, text: string): string => {
  writeFileSync(join(project, name), text);
  return join(project, name);
};

const run = promisify(execFile);
/** Runs a program in the project. @throws Error with its output. */
const execute = async (command: string, ...args: string[]) => {
  const options = { cwd: project, timeout: 120_000, env: { ...process.env, NO_COLOR: '1' } };
  await run(command, args, options).catch(({ stdout = '', stderr = '', message }) => {
    throw new Error(`${stdout}${stderr}` || message);
  });
};

const calls = program(baseUrl, privateKey);
const ended = `run().then(() => process.exit(0), (error) => { console.error(error); process.exit(1); });`;

function install(): void {
  const tarballs = ['src/sdk', 'src/elements'].map((folder) => {
    const [packed] = JSON.parse(npm(join(root, folder), 'pack', '--json', '--pack-destination', project));
    return `./${packed.filename}`;
  });
  file('package.json', JSON.stringify({ private: true }));
  npm(project, 'install', ...tarballs);
}

/** Bundles the ES module with the conditions of a runtime, as its framework does. */
async function bundled(conditions: string[], text: string, format: 'esm' | 'iife'): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: text, resolveDir: project },
    conditions,
    bundle: true,
    format,
    target: 'es2022',
    logLevel: 'silent',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

const element = `import * as element from '@nettu/scheduler-elements';\nif (!element.NettuBooking) throw new Error('element');\n`;

async function workerd(): Promise<void> {
  const handler = `export default { async fetch() { await run(); return new Response('fine'); } };`;
  const contents = await bundled(
    ['workerd', 'worker', 'browser'],
    `${imports}${element}${calls}${handler}`,
    'esm',
  );
  const modules = [{ type: 'ESModule', path: 'index.js', contents }] as const;
  // The second date is before Workers' fetch takes \`cache\`.
  for (const compatibilityDate of ['2026-07-01', '2024-01-01']) {
    const miniflare = new Miniflare({ modules: [...modules], compatibilityDate, cf: false });
    try {
      const text = await (await miniflare.dispatchFetch('http://worker.test/')).text();
      if (text !== 'fine') throw new Error(text);
    } finally {
      await miniflare.dispose();
    }
  }
}

async function edge(): Promise<void> {
  const { EdgeVM } = createRequire(join(tools, 'index.js'))('@edge-runtime/vm');
  const text = `${imports}${element}${calls}globalThis.result = run();`;
  const vm = new EdgeVM();
  vm.evaluate(await bundled(['edge-light', 'worker', 'browser'], text, 'iife'));
  await vm.evaluate('globalThis.result');
}

const consumer = `
import { type Answer, type CalendarResult, NettuClient, NettuUserClient, unwrap, type INettuClient } from '@nettu/scheduler-sdk';
import { signUserToken } from '@nettu/scheduler-sdk/sign-user-token';
import { signWebhook } from '@nettu/scheduler-sdk/sign-webhook';
const client: INettuClient = NettuClient({ apiKey: 'sk_1', onResponse: ({ status }) => status?.toFixed() });
export async function run(): Promise<string> {
  const user = NettuUserClient({ token: () => signUserToken({ privateKey: 'PEM', userId: 'u1' }), nettuAccount: 'acc' });
  const answer: Answer<CalendarResult> = await user.calendar.create({ timezone: 'UTC' });
  if (answer.error) throw answer.error;
  for await (const item of client.user.list()) item.metadata['plan']?.length;
  const { headers } = await signWebhook('{}', 'whsec_');
  // @ts-expect-error the time zone is required
  await user.calendar.create({});
  return unwrap(answer).calendar.id + headers['webhook-id'] + (await client.health.checkStatus()).toFixed();
}
`;

/**
 * Compiles a program as strictly as a user may, with the types of the packages checked, too.
 *
 * @param resolution `node16` compiles it as an ES module and as CommonJS.
 */
async function compiles(tsc: string, ...resolutions: string[]): Promise<void> {
  for (const moduleResolution of resolutions) {
    const module = { node10: 'commonjs', bundler: 'esnext' }[moduleResolution] ?? moduleResolution;
    const names = moduleResolution === 'node16' ? ['consumer.mts', 'consumer.cts'] : ['consumer.ts'];
    const compilerOptions = {
      ...{ strict: true, exactOptionalPropertyTypes: true, noEmit: true },
      ...{ target: 'es2022', lib: ['es2022', 'dom'], types: [], module, moduleResolution },
    };
    const files = names.map((name) => file(name, consumer));
    await execute(
      process.execPath,
      tsc,
      '-p',
      file('tsconfig.json', JSON.stringify({ compilerOptions, files })),
    );
  }
}

const inNode = (name: string, node: string): [string, () => Promise<void>][] => [
  [
    `${name}, ES modules`,
    () =>
      execute(
        node,
        file('probe.mjs', `import * as NODE_CRYPTO from 'node:crypto';\n${imports}${calls}${ended}`),
      ),
  ],
  [
    `${name}, CommonJS`,
    () =>
      execute(
        node,
        file('probe.cjs', `const NODE_CRYPTO = require('node:crypto');\n${requires}${calls}${ended}`),
      ),
  ],
];

const jest = () =>
  execute(
    runtime('node18'),
    join(tools, 'node_modules/jest/bin/jest.js'),
    '--rootDir',
    project,
    '--testEnvironment',
    'node',
    file(
      'probe.test.js',
      `const NODE_CRYPTO = require('node:crypto');\n${requires}${calls}test('runs', run);`,
    ),
  );

const checks: [string, () => Promise<void>][] = [
  ...inNode('Node 18', runtime('node18')),
  ...inNode('Node 20', runtime('node20')),
  ...inNode('Node 22', process.execPath),
  ...inNode('Node 24', runtime('node24')),
  ['Bun', () => execute(runtime('bun'), join(project, 'probe.mjs'))],
  [
    'Deno',
    () =>
      execute(runtime('deno'), 'run', '--allow-all', '--node-modules-dir=manual', join(project, 'probe.mjs')),
  ],
  ['Jest in Node 18, CommonJS', jest],
  ['workerd, with the element', workerd],
  ['the edge runtime of Next.js, with the element', edge],
  ['the element in Node', () => execute(process.execPath, file('element.mjs', element))],
  ['TypeScript 5.0', () => compiles(compiler('typescript50'), 'node16', 'node10')],
  ['TypeScript 5.9', () => compiles(compiler('typescript59'), 'bundler')],
  ['TypeScript 6.0', () => compiles(compiler('typescript60'), 'bundler')],
  ['TypeScript 7.0', () => compiles(join(root, 'node_modules/typescript/bin/tsc'), 'node16', 'bundler')],
];

try {
  install();
  for (const [name, check] of checks) {
    const startMs = Date.now();
    const failure = await check().catch((error: Error) => error);
    console.log(`${failure ? 'failed' : 'ok'}  ${name} (${Date.now() - startMs} ms)`);
    if (!failure) continue;
    console.error(failure.message);
    process.exitCode = 1;
  }
} finally {
  stop();
  rmSync(project, { recursive: true });
}

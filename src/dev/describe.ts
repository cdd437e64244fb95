/**
 * Writes the static files of the deployment: the OpenAPI description, which comes from the routes, the input's schemas and
 * the SDK's types; the reference, which shows it; and the guides; and the module that the Worker loads on demand. wrangler
 * runs it before it builds the Worker.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGenerator } from 'ts-json-schema-generator';
import { describe } from '../openapi/openapi.ts';
import { page } from '../openapi/page.ts';
import { componentsOf } from '../openapi/schema.ts';
import { problemCatalogue } from './guides/generated.ts';
import { guideFiles } from './guides/guides.ts';
import { buildLazy } from './lazy.ts';

await buildLazy();

const root = fileURLToPath(new URL('../..', import.meta.url));
const scalar = join(root, 'node_modules/@scalar/api-reference');
const { version } = JSON.parse(readFileSync(join(scalar, 'package.json'), 'utf8'));

/** Writes a file in one step: another process may read it, or write the same, at this moment. */
export function write(name: string, text: string): void {
  const [file, draft] = [join(root, 'dist', name), join(root, 'dist', `draft-${process.pid}`)];
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(draft, text);
  renameSync(draft, file);
}

const { definitions = {} } = createGenerator({
  path: join(root, 'src/sdk/types/*.ts'),
  tsconfig: join(root, 'src/sdk/tsconfig.json'),
  type: '*',
  skipTypeCheck: true,
  jsDoc: 'extended',
}).createSchema('*');

const description = describe(componentsOf(definitions), problemCatalogue());
write('assets/openapi.json', JSON.stringify(description));

const renderer = `scalar-${version}`;
for (const [name, text] of Object.entries(page(renderer))) write(`assets/docs/${name}`, text);
for (const part of ['standalone.esm.js', 'chunks']) {
  cpSync(join(scalar, 'dist/browser', part), join(root, 'dist/assets/docs', renderer, part), {
    recursive: true,
    force: false,
    filter: (file) => !file.endsWith('.map'),
  });
}

const files = await guideFiles();
for (const [name, text] of Object.entries(files)) write(`assets/docs/guides/${name}`, text);
const folder = join(root, 'dist/assets/docs/guides');
for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
  // The page of an earlier build, whose source is gone.
  if (name.endsWith('.html') && !(name.replaceAll('\\', '/') in files)) rmSync(join(folder, name));
}

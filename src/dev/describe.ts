/**
 * Writes what is made of the routes, the input's schemas and the SDK's types: the OpenAPI description and its page,
 * which are static files of the deployment. wrangler runs it before it builds the Worker.
 */
import { cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGenerator } from 'ts-json-schema-generator';
import { describe } from '../openapi/openapi.ts';
import { page } from '../openapi/page.ts';
import { componentsOf } from '../openapi/schema.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const scalar = join(root, 'node_modules/@scalar/api-reference');
const { version } = JSON.parse(readFileSync(join(scalar, 'package.json'), 'utf8'));

/** In one step: others may read it, or write the same, at this moment. */
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

const description = describe(componentsOf(definitions));
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

/** Makes the description, and of it what the tests hold the Worker's answers, and its types, against: dist/test. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { write } from '../../src/dev/describe.ts';
import { bodyTypes, typesOf } from './types.ts';
import { validatorsOf } from './validators.ts';

const file = fileURLToPath(new URL('../../dist/assets/openapi.json', import.meta.url));
const description = JSON.parse(readFileSync(file, 'utf8'));

write('test/validators.js', await validatorsOf(description));
write('test/validators.d.ts', 'export {};\n');
write('test/described.d.ts', await typesOf(description));
write('test/bodies.d.ts', bodyTypes());

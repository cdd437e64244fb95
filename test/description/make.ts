/** Makes the description, and of it what the tests hold the Worker's answers, and its types, against: dist/test. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import '../../src/dev/describe.ts';
import { typesOf } from './types.ts';
import { validatorsOf } from './validators.ts';

const dist = fileURLToPath(new URL('../../dist', import.meta.url));
const description = JSON.parse(readFileSync(`${dist}/assets/openapi.json`, 'utf8'));

mkdirSync(`${dist}/test`, { recursive: true });
writeFileSync(`${dist}/test/validators.js`, await validatorsOf(description));
writeFileSync(`${dist}/test/validators.d.ts`, 'export {};\n');
writeFileSync(`${dist}/test/described.d.ts`, await typesOf(description));

/** Compiles validators from the OpenAPI description ahead of time, as workerd evaluates no generated code. */
import Ajv from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';
import type { describe } from '../../src/openapi/openapi.ts';

/** Returns a module of validators, named after the schemas and responses of the description. */
export async function validatorsOf({ components }: ReturnType<typeof describe>): Promise<string> {
  const ajv = new Ajv.default({
    code: { source: true, esm: true },
    strict: false,
    allErrors: true,
    formats: { int64: true },
  });
  ajv.addSchema({ $id: 'description', components });
  const schemas = Object.keys(components.schemas).map((name) => [name, `schemas/${name}`]);
  const responses = Object.keys(components.responses).map((name) => [
    `${name}Response`,
    `responses/${name}/content/application~1problem+json/schema`,
  ]);
  const references = Object.fromEntries(
    [...schemas, ...responses].map(([name, path]) => [name, `description#/components/${path}`]),
  );
  const contents = standalone.default(ajv, references);
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    format: 'esm',
    minify: true,
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

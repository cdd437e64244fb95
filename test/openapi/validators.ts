/** From the description to code that tells whether a body is as it says: workerd runs none that is made while it runs. */
import Ajv from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';
import type { describe } from '../../src/openapi/openapi.ts';

/** A module of validators, named by the schemas and the responses among the components of the description. */
export async function validatorsOf({ components }: ReturnType<typeof describe>): Promise<string> {
  const ajv = new Ajv.default({
    code: { source: true, esm: true },
    strict: false,
    allErrors: true,
  });
  ajv.addSchema({ $id: 'description', components });
  const schemas = Object.keys(components.schemas).map((name) => [name, `schemas/${name}`]);
  const responses = Object.keys(components.responses).map((name) => [
    `${name}Response`,
    `responses/${name}/content/application~1problem+json/schema`,
  ]);
  const places = Object.fromEntries(
    [...schemas, ...responses].map(([name, path]) => [name, `description#/components/${path}`]),
  );
  const contents = standalone.default(ajv, places);
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    format: 'esm',
    minify: true,
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

/** From the description back to TypeScript, for the compiler to compare. */
import { compile } from 'json-schema-to-typescript';
import type { describe } from '../../src/openapi/openapi.ts';
import { words } from '../../src/openapi/words.ts';
import type { OperationDocs } from '../../src/operation-docs.ts';

/** A module with the interface `Described`: the type of each schema, by its name. */
export function typesOf({ components: { schemas } }: ReturnType<typeof describe>): Promise<string> {
  const names = Object.keys(schemas);
  const schema = {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/schemas/${name}` }])),
    required: names,
    components: { schemas },
  };
  return compile(schema as never, 'Described', {
    additionalProperties: false,
    bannerComment: '',
    format: false,
    ignoreMinAndMaxItems: true,
  });
}

/** A module with the SDK's type of each body, which the words of its route name, under the name of the route. */
export function bodyTypes(): string {
  const types = Object.entries<OperationDocs>(words).flatMap(([route, { body }]) =>
    body ? `${route}: wire.${body};` : [],
  );
  return [
    "import type * as wire from '../../src/sdk/types.ts';",
    `export interface Bodies { ${types.join(' ')} }`,
    '',
  ].join('\n');
}

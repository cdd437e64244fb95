/** Generates TypeScript from the OpenAPI description, for the compiler to compare. */
import { compile } from 'json-schema-to-typescript';
import type { describe } from '../../src/openapi/openapi.ts';
import { ABSENT } from '../../src/openapi/schema.ts';
import { words } from '../../src/openapi/words.ts';
import type { OperationDocs } from '../../src/operation-docs.ts';

/** Returns a module with the interface `Described`, which has the type of each schema by its name. */
export function typesOf({ components }: ReturnType<typeof describe>): Promise<string> {
  const schemas = JSON.parse(JSON.stringify(components.schemas), withoutAbsent) as object;
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

/** null that is the same as absent is in no type of ours: it is for clients that write each member. */
function withoutAbsent(_: string, value: { anyOf?: [object, { description?: string }?] } | null): unknown {
  if (value?.anyOf?.[1]?.description !== ABSENT.description) return value;
  const { anyOf, ...more } = value;
  return { ...anyOf[0], ...more };
}

/** Returns a module with the interface `Bodies`: the SDK's type of each route's body, by the name of the route. */
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

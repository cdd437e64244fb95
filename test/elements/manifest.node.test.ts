/** custom-elements.json, by which editors know the element, says what the element has, and so does the README. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (name: string) => readFileSync(new URL(`../../src/elements/${name}`, import.meta.url), 'utf8');
const sources = ['booking', 'views', 'booking-views', 'date-grid', 'zone-picker'].map((name) =>
  read(`${name}.ts`),
);
const [element = ''] = sources;

interface Named {
  name: string;
}
interface Declaration {
  attributes: (Named & { fieldName: string })[];
  members: (Named & { kind: string })[];
  events: Named[];
  cssProperties: Named[];
  cssParts: Named[];
}
const manifest = JSON.parse(read('custom-elements.json')) as { modules: { declarations: Declaration[] }[] };
const declaration = manifest.modules[0]?.declarations[0] as Declaration;
const names = (list: Named[]) => list.map(({ name }) => name);
const all = (text: string, pattern: RegExp) => [
  ...new Set([...text.matchAll(pattern)].map(([, one = '']) => one)),
];

it('has every property, and the attribute of each that has one', () => {
  const block = /static override properties = \{(.*?)\n {2}\};/s.exec(element)?.[1] ?? '';
  const rows = [...block.matchAll(/^\s+(\w+)(?:: \{(.*)\})?,$/gm)].map(([, name = '', options]) => ({
    name,
    attribute:
      options === undefined || options.includes('attribute: false')
        ? undefined
        : (/attribute: '([^']+)'/.exec(options)?.[1] ?? name),
  }));
  const fields = declaration.members.filter(({ kind }) => kind === 'field');
  expect(names(fields)).toEqual(rows.map(({ name }) => name));
  const attributes = declaration.attributes.map(({ name, fieldName }) => [fieldName, name]);
  const expected = rows.filter((row) => row.attribute).map(({ name, attribute }) => [name, attribute]);
  expect(attributes).toEqual(expected);
});

it('has every event', () => {
  expect(names(declaration.events)).toEqual(all(read('events.ts'), /^ {2}'?([\w-]+)'?: CustomEvent/gm));
});

it('has every custom property, and only parts that exist', () => {
  expect(names(declaration.cssProperties)).toEqual(all(read('styles.ts'), /var\(\s*(--nettu-[\w-]+)/g));
  const parts = all(sources.join('\n'), /(?:part="|button\(\s*'|\? ')([a-z][a-z -]*)(?="|',| \$|')/g)
    .flatMap((list) => list.split(' '))
    .filter((part) => names(declaration.cssParts).includes(part));
  expect(names(declaration.cssParts)).toEqual([...new Set(parts)].sort());
});

it.each(['attributes', 'members', 'events', 'cssProperties'] as const)(
  'its %s are all in the README',
  (list) => {
    const readme = read('README.md');
    expect(names(declaration[list]).filter((name) => !new RegExp(`\`[^\`]*${name}\\b`).test(readme))).toEqual(
      [],
    );
  },
);

/** The element's words in each language, and its import on a server. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { english, type Words } from '../../src/elements/english.ts';

const folder = new URL('../../src/elements/words/', import.meta.url);
const tags = readdirSync(folder).map((file) => file.replace('.ts', ''));
const entries = (words: Words) => Object.entries(words) as [keyof Words, Words[keyof Words]][];
/** A text, or the text that a function makes of an argument. */
const textOf = (text: Words[keyof Words]) =>
  typeof text === 'string' ? text : (text as (argument: unknown) => string)(11);

it('are in six languages beside English', () => {
  expect(tags.sort()).toEqual(['ar', 'de', 'es', 'fr', 'ja', 'nb']);
});

describe.each(tags)('%s', async (tag) => {
  const module = (await import(new URL(`${tag}.ts`, folder).href)) as Record<string, Words>;
  const words = module[tag] as Words;

  it('has every text, and each with its argument', () => {
    expect(Object.keys(words).sort()).toEqual(Object.keys(english).sort());
    for (const [name, text] of entries(words)) {
      expect(textOf(text), name).toMatch(/\S/);
      if (typeof text === 'function') expect(textOf(text), name).toContain('11');
    }
  });

  it('is no English', () => {
    // German has the same word for a name, French for an e-mail.
    const same = entries(words).filter(([name, text]) => textOf(text) === textOf(english[name]));
    expect(same.map(([name]) => name).filter((name) => !['name', 'email'].includes(name))).toEqual([]);
  });
});

it('counts in Arabic with the form of the noun that a number takes', async () => {
  const { ar } = await import('../../src/elements/words/ar.ts');
  expect([1, 2, 3, 11, 100].map(ar.times)).toEqual([
    'موعد واحد',
    'موعدان',
    '3 مواعيد',
    '11 موعدًا',
    '100 موعد',
  ]);
});

it('come with an import on a server that has no effect', async () => {
  const before = Object.getOwnPropertyNames(globalThis);
  const server = (await import(new URL('../server.ts', folder).href)) as { english: Words };
  expect(Object.getOwnPropertyNames(globalThis)).toEqual(before);
  expect(server.english).toBe(english);
});

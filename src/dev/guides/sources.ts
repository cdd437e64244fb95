/** The sources of the guides: the pages of src/docs, and the READMEs of the two packages. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface Source {
  /** Its address below /docs/guides, without an extension. */
  name: string;
  /** The file, from the root of the repository. */
  file: string;
  markdown: string;
}

const FOLDER = 'src/docs/';

const READMES: Readonly<Record<string, string>> = {
  sdk: 'src/sdk/README.md',
  'booking-element': 'src/elements/README.md',
};

export const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');

/** Every page, in the order of the names. */
export function sources(): Source[] {
  const files = globSync(`${FOLDER}**/*.md`, { cwd: root }).map((file) => file.replaceAll('\\', '/'));
  const named = files.sort().map((file) => [file.slice(FOLDER.length, -'.md'.length), file] as const);
  return [...named, ...Object.entries(READMES)].map(([name, file]) => ({
    name,
    file,
    markdown: textOf(file),
  }));
}

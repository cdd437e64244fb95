/**
 * Reads iCalendar text as components with properties (RFC 5545 section 3), without their meaning. It is lenient where real
 * files are wrong: line breaks, folding, a byte order mark. A loop, so that no nesting is too deep; each character is read once.
 *
 * Our own, since ical.js, the field's parser, refuses a whole file for one bad line.
 */

/** One content line. */
export interface Property {
  name: string;
  /** By name in capitals, without quotes. */
  params: Readonly<Record<string, string>>;
  value: string;
}

export interface Component {
  name: string;
  properties: Property[];
  /** Components directly inside. Those deeper than `DEPTH_MAX` are left out. */
  components: Component[];
}

/** A calendar has events, which have alarms. */
const DEPTH_MAX = 3;
/** The properties of one component that are read. */
const PROPERTIES_MAX = 5000;
const NAME = /^[A-Za-z][A-Za-z0-9-]*$/;

/** The components at the top of a text: of a calendar file, its VCALENDARs. */
export function componentsIn(text: string): Component[] {
  const root: Component = { name: '', properties: [], components: [] };
  const open: Component[] = [root];
  for (const line of linesIn(text)) {
    const property = propertyIn(line);
    if (!property) continue;
    const { name, value } = property;
    const inner = open.at(-1) as Component;
    if (name === 'BEGIN') {
      const begun = { name: value.trim().toUpperCase(), properties: [], components: [] };
      if (open.length <= DEPTH_MAX) inner.components.push(begun);
      open.push(begun);
    } else if (name === 'END') {
      const ended = value.trim().toUpperCase();
      const at = open.findLastIndex((component) => component.name === ended);
      if (at > 0) open.length = at;
    } else if (inner.properties.length < PROPERTIES_MAX) inner.properties.push(property);
  }
  return root.components;
}

/** The content lines, unfolded. A line that cannot begin a property continues the one before it: some files break lines in a text. */
function linesIn(text: string): string[] {
  const lines: string[][] = [];
  for (const raw of text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)) {
    const last = lines.at(-1);
    if (/^[ \t]/.test(raw)) last?.push(raw.slice(1));
    else if (/^[A-Za-z][A-Za-z0-9-]*[;:]/.test(raw.slice(0, 100)) || !last) lines.push([raw]);
    else if (raw !== '') last.push(`\\n${raw}`);
  }
  return lines.map((parts) => parts.join(''));
}

/** null: the line is no property. */
function propertyIn(line: string): Property | null {
  const colon = valueStart(line);
  if (colon < 0) return null;
  const [name = '', ...params] = partsOf(line.slice(0, colon));
  if (!NAME.test(name)) return null;
  const named = params.map((param) => {
    const equals = param.indexOf('=');
    return [param.slice(0, equals).toUpperCase(), param.slice(equals + 1).replaceAll('"', '')] as const;
  });
  return { name: name.toUpperCase(), params: Object.fromEntries(named), value: line.slice(colon + 1) };
}

/** The first colon outside quotes; where the quotes do not end, the first one. */
function valueStart(line: string): number {
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    if (line[i] === '"') quoted = !quoted;
    else if (line[i] === ':' && !quoted) return i;
  }
  return line.indexOf(':');
}

/** Splits at semicolons outside quotes. */
function partsOf(text: string): string[] {
  if (!text.includes('"')) return text.split(';');
  const parts: string[] = [];
  let [start, quoted] = [0, false];
  for (let i = 0; i <= text.length; i++) {
    if (text[i] === '"') quoted = !quoted;
    else if (i === text.length || (text[i] === ';' && !quoted)) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return parts;
}

/** The first property of a name. */
export const propertyOf = ({ properties }: Component, name: string): Property | undefined =>
  properties.find((property) => property.name === name);

export const propertiesOf = ({ properties }: Component, name: string): Property[] =>
  properties.filter((property) => property.name === name);

/** A value of type TEXT as the text that it stands for (section 3.3.11). NUL, which no text of ours has, is left out. */
export const textIn = (value: string): string =>
  value.replace(/\\([\\;,nN])|\0/g, (_, escaped: string | undefined) =>
    escaped === undefined ? '' : escaped.toLowerCase() === 'n' ? '\n' : escaped,
  );

/** The form of iCalendar text (RFC 5545 section 3.1): content lines of at most 75 octets, and the escapes of a text value. */

/** The most octets of a line, without its line break. */
const LINE_MAX_BYTES = 75;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the characters of one octet
const ASCII = /^[\x00-\x7f]*$/;

/** Lines that need no fold. */
const SHORT = /^(?:[\t -~]{0,75}\r\n)*$/;

/** Content lines with their line breaks, folded where they are long. */
export function contentLines(lines: readonly string[]): string {
  const text = `${lines.join('\r\n')}\r\n`;
  return SHORT.test(text) ? text : lines.map(contentLine).join('');
}

/** A content line with its line break, folded where it is long. A fold never splits a character. */
export function contentLine(line: string): string {
  if (line.length <= LINE_MAX_BYTES && ASCII.test(line)) return `${line}\r\n`;
  let folded = '';
  let bytes = 0;
  for (const character of line) {
    const size = bytesOf(character);
    if (bytes + size > LINE_MAX_BYTES) {
      folded += '\r\n ';
      bytes = 1;
    }
    folded += character;
    bytes += size;
  }
  return `${folded}\r\n`;
}

function bytesOf(character: string): number {
  const point = character.codePointAt(0) ?? 0;
  if (point < 0x80) return 1;
  if (point < 0x800) return 2;
  return point < 0x10000 ? 3 : 4;
}

/** Text as a value of type TEXT (section 3.3.11). Control characters, which no value may have, are left out. */
export const textValue = (text: string): string =>
  PLAIN.test(text)
    ? text
    : text
        .replace(/\r\n?/g, '\n')
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to leave out
        .replace(/[\x00-\x08\x0b-\x1f\x7f]/g, '')
        .replace(/[\\;,]/g, '\\$&')
        .replace(/\n/g, '\\n');

// biome-ignore lint/suspicious/noControlCharactersInRegex: the characters that a value cannot have as they are
const PLAIN = /^[^\x00-\x1f\x7f\\;,]*$/;

/** A text as the value of a parameter, in quotes (section 3.2): it has no double quote. */
export const quoted = (text: string): string => `"${text.replace(/"/g, "'")}"`;

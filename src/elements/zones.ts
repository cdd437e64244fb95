/** Time zones by city. */

/** The names of cities whose zone has an older name in Chromium and Safari. */
const RENAMED: Record<string, string> = {
  Calcutta: 'Kolkata',
  Katmandu: 'Kathmandu',
  Kiev: 'Kyiv',
  Rangoon: 'Yangon',
  Saigon: 'Ho Chi Minh City',
};

/**
 * The zone of a name in any case; undefined for a name that the scheduler refuses: an abbreviation such as `PST`, an
 * offset, or the `Etc/Unknown` of a browser that does not know its zone.
 */
export function zoneNamed(name: string | undefined): string | undefined {
  if (!name || !/^utc$|\/(?!unknown$)/i.test(name)) return undefined;
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions();
    // An alias stays as it is: browsers differ in which of two names is the alias.
    return timeZone.toLowerCase() === name.toLowerCase() || !/^[A-Z][a-z]/.test(name) ? timeZone : name;
  } catch {
    return undefined;
  }
}

/** The zone of the browser, or UTC where it does not say. */
export const browserZone = (): string => zoneNamed(Intl.DateTimeFormat().resolvedOptions().timeZone) ?? 'UTC';

/** The city of a zone: `Buenos Aires` for `America/Argentina/Buenos_Aires`. */
export function cityOf(zone: string): string {
  const name = zone.split('/').at(-1) ?? '';
  return RENAMED[name] ?? name.replaceAll('_', ' ');
}

/** The offset of a zone at a time in milliseconds since the epoch, such as `GMT+5:30`; `GMT` for zero. */
export const offsetOf = (zone: string, ms: number): string =>
  new Date(ms).toLocaleString('en', { timeZone: zone, timeZoneName: 'shortOffset' }).split(' ').at(-1) ?? '';

/** A zone in words: `Oslo (GMT+1)`. */
export const zoneText = (zone: string, ms: number): string => `${cityOf(zone)} (${offsetOf(zone, ms)})`;

export interface ZoneChoice {
  zone: string;
  text: string;
  /** The text, the name and the offset, as a search compares them. */
  key: string;
}

/** Without case, diacritics and the characters that people leave out. */
const keyOf = (text: string) =>
  text
    .normalize('NFD')
    .toLowerCase()
    .replace(/[\p{M}\s_()]/gu, '');

/** All zones with their offsets at the time `ms`, from west to east. */
export function zoneChoices(own: string, ms: number): ZoneChoice[] {
  const zones = new Set([own, 'UTC', ...Intl.supportedValuesOf('timeZone')]);
  return [...zones]
    .map((zone) => {
      const offset = offsetOf(zone, ms);
      const [hours = 0, minutes = 0] = offset.replace(/GMT/, '').split(':').map(Number);
      const text = `${cityOf(zone)} (${offset})`;
      const east = hours * 60 + (offset.includes('-') ? -minutes : minutes);
      return { zone, text, key: keyOf(`${text} ${zone} ${offset.replace('GMT', 'UTC')}`), east };
    })
    .sort((one, other) => one.east - other.east || one.text.localeCompare(other.text));
}

/** The choices whose city, name or offset contains every word of the search. */
export function searchZones(choices: readonly ZoneChoice[], search: string): ZoneChoice[] {
  const keys = search.split(/[\s,()]+/).map(keyOf);
  return choices.filter(({ key }) => keys.every((one) => key.includes(one)));
}

/**
 * An account lives in one database, whole, and its id says in which: there is no directory to look it up in. Each
 * database has a small number, its place; 0 is the one that is bound as `DB`.
 */

/** Twelve bits are left for it in an id. */
export const MAX_PLACE = 0xfff;

/** A UUID of version 8 (RFC 9562 section 5.8). Its place is the field `custom_b`; the other 110 bits are random. */
const TAGGED = /^.{14}8([0-9a-f]{3})-[89ab]/;

/** The place that an account's id names, true or not. A UUID of any other version was made in place 0. */
export const placeOfAccount = (id: string): number => Number.parseInt(TAGGED.exec(id)?.[1] ?? '0', 16);

export const newAccountId = (place: number): string =>
  place === 0 ? crypto.randomUUID() : accountIdIn(crypto.randomUUID(), place);

/** The id that an account gets in a place it is moved to: the same one each time. */
export const accountIdIn = (id: string, place: number): string =>
  `${id.slice(0, 14)}8${place.toString(16).padStart(3, '0')}${id.slice(18)}`;

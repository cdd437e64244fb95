/** Makes the Worker's ids the same each time that a sequence runs, since some decisions fall by their order. */
import { vi } from 'vitest';

let worlds = 0;
let count = 0;

/** Replaces `crypto.randomUUID`. @returns what puts it back. */
export function fixIds(): () => void {
  const spy = vi.spyOn(crypto, 'randomUUID').mockImplementation(() => {
    count += 1;
    let mixed = Math.imul(count, 0x9e3779b1);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) >>> 0;
    const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
    return `${hex(mixed, 8)}-${hex(count & 0xffff, 4)}-4000-8000-${hex(worlds, 12)}`;
  });
  return () => spy.mockRestore();
}

/** Begins the ids of another world. They differ from those of every other one in their end, and in nothing else. */
export function startIds(): void {
  worlds += 1;
  count = 0;
}

/** IP addresses, for the rules that need their numbers: which are private, and which belong to one network. */

/**
 * The eight 16-bit groups of an IPv6 address (RFC 4291 section 2.2).
 *
 * @param address in hexadecimal alone, with or without `::`, as the URL parser and `cf-connecting-ip` write it.
 */
export function ipv6Groups(address: string): number[] {
  const [head = '', tail = ''] = address.split('::');
  const [before, after] = [groupsIn(head), groupsIn(tail)];
  const zeros = new Array(Math.max(0, 8 - before.length - after.length)).fill(0);
  return [...before, ...zeros, ...after];
}

const groupsIn = (part: string): number[] =>
  part ? part.split(':').map((group) => Number.parseInt(group, 16)) : [];

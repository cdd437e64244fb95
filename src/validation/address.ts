/**
 * Refuses URLs, of webhooks and of subscriptions, that lead to private addresses. A Worker does not see the address that a name resolves to, so a
 * public name of a private address passes; but Cloudflare's network does not route to private addresses.
 */
import { ipv6Groups } from './ip-address.ts';

/** The IPv4 blocks outside the public internet (IANA IPv4 Special-Purpose Address Registry), and multicast. */
const PRIVATE_V4: readonly [block: string, bits: number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];

/** Names of the local machine and of local networks (RFC 6761, 6762, 8375, 9476, and the reserved `internal`). */
const LOCAL_NAME = /(^|\.)(localhost|local|internal|intranet|lan|home|corp|private|home\.arpa|alt|onion)$/;

/**
 * Whether the deployment allows this URL a private address.
 *
 * @param setting `ALLOW_PRIVATE_WEBHOOKS`.
 */
export const allowsPrivate = (url: string, setting: string | undefined): boolean =>
  setting === 'yes' || (setting !== undefined && new URL(url).origin === setting);

/**
 * Checks a URL that the Worker is to call. The URL parser turns every notation of an IPv4 address (decimal, octal, hexadecimal,
 * with parts omitted) into the dotted one first (WHATWG URL, "host parsing").
 *
 * @param url absolute.
 * @param allowPrivate allows private addresses, for development.
 * @returns the reason for a refusal, as the end of a sentence that starts with the field's name; null where the URL is
 *   good.
 */
export function refusalOf(url: string, allowPrivate: boolean): string | null {
  const { protocol, hostname, username, password } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') return 'must be an absolute http or https URL';
  if (username || password) return 'must not contain a user name or a password';
  return allowPrivate || isPublic(hostname)
    ? null
    : 'must have a public address, not one of a private network';
}

function isPublic(hostname: string): boolean {
  if (hostname.startsWith('[')) return isPublicV6(hostname.slice(1, -1));
  const bare = hostname.replace(/\.+$/, '');
  // The parser reads an address in another notation only where at most one dot follows it.
  const name = URL.canParse(`http://${bare}`) ? new URL(`http://${bare}`).hostname : bare;
  if (/^\d+(\.\d+){3}$/.test(name)) return isPublicV4(numberOf(name));
  return name.includes('.') && !LOCAL_NAME.test(name);
}

const numberOf = (address: string): number =>
  address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

const isPublicV4 = (address: number): boolean =>
  !PRIVATE_V4.some(([block, bits]) => {
    const size = 2 ** (32 - bits);
    return Math.floor(address / size) === Math.floor(numberOf(block) / size);
  });

/**
 * Only 2000::/3 is allocated to the internet. In it, 2001::/23 is for protocols such as Teredo, 2001:db8::/32 and
 * 3fff::/20 are for documentation, and 2002::/16 leads to an IPv4 address. The other forms that hold an IPv4 address
 * (mapped, NAT64) are outside 2000::/3 (IANA IPv6 Special-Purpose Address Registry).
 */
function isPublicV6(address: string): boolean {
  const [first = 0, second = 0] = ipv6Groups(address);
  if (first < 0x2000 || first > 0x3fff) return false;
  if (first === 0x2001 && (second < 0x200 || second === 0xdb8)) return false;
  return first !== 0x2002 && !(first === 0x3fff && second < 0x1000);
}

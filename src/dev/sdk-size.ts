/** Prints the size of the whole SDK, minified and gzipped. Fails above the limit. Run it after `npm run build:sdk`. */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const LIMIT_BYTES = 7000;

const file = readFileSync(new URL('../sdk/dist/nettu-scheduler-sdk.min.js', import.meta.url));
const bytes = gzipSync(file, { level: 9 }).length;
console.log(`SDK: ${bytes} bytes gzip (limit ${LIMIT_BYTES})`);
if (bytes > LIMIT_BYTES) {
  console.error('The SDK is too large. Remove code, or raise LIMIT_BYTES in src/dev/sdk-size.ts.');
  process.exitCode = 1;
}

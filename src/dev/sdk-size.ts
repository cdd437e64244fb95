/**
 * Says what the SDK's single file weighs: all of it, minified and gzipped. Fails above the limit. Run it after the
 * SDK's own build.
 */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const LIMIT_BYTES = 6000;

const file = readFileSync(new URL('../sdk/dist/nettu-scheduler-sdk.min.js', import.meta.url));
const bytes = gzipSync(file, { level: 9 }).length;
console.log(`SDK: ${bytes} bytes gzip (limit ${LIMIT_BYTES})`);
if (bytes > LIMIT_BYTES) process.exitCode = 1;

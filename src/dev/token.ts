/** `npm run token`: prints a new token for the demo's user, or with `-- --user ID` for another user of its account. */
import { parseArgs } from 'node:util';
import { loadDemoState, tokenFor } from './demo-state.ts';

try {
  const { user } = parseArgs({ options: { user: { type: 'string' } } }).values;
  const { userId, privateKey } = loadDemoState();
  console.log(tokenFor(user ?? userId, privateKey));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

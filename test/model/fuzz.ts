/**
 * npm run fuzz -- [--operations 20000] [--seed 1] [--all]: runs test/model for as many operations. `--all` goes on after a
 * fault, and lists one sequence for each rule that is broken.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    operations: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    all: { type: 'boolean', default: false },
  },
});
const env = {
  ...process.env,
  FUZZ_OPERATIONS: values.operations,
  FUZZ_SEED: values.seed,
  FUZZ_ALL: values.all ? 'yes' : '',
};
const { status } = spawnSync('vitest', ['run', '--project', 'worker', 'test/model/bookings.test.ts'], {
  env,
  stdio: 'inherit',
});
process.exitCode = status ?? 1;

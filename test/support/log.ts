/** Keeps the Worker's log until a test has ended, and shows it where the test fails: passing a line on takes a millisecond. */
import { afterAll, afterEach } from 'vitest';

const lines: unknown[][] = [];
const { log } = console;
console.log = (...line) => {
  lines.push(line);
};

afterEach(({ task }) => {
  if (task.result?.state === 'fail') for (const line of lines) log(...line);
  lines.length = 0;
});

// The next file shares this console.
afterAll(() => {
  console.log = log;
});

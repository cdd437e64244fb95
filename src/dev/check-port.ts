/** The first step of `npm run dev`, before it builds anything: says at once where the port is taken. */
import { checkPort, portIn } from './ports.ts';

try {
  await checkPort(portIn(process.env));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

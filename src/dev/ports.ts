/** The port of the Worker on this machine. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

export const PORT = 5000;

/** The addresses of `localhost`. A program may use the port on one of them alone. */
const LOCAL = ['127.0.0.1', '::1'];
const CONNECT_TIMEOUT_MS = 300;

/** The port in PORT, or the default. @throws Error where PORT is no port. */
export function portIn({ PORT: text }: NodeJS.ProcessEnv): number {
  const port = Number(text || PORT);
  // The playground takes the next one.
  if (Number.isInteger(port) && port > 0 && port < 65_535) return port;
  throw new Error(`PORT must be a number from 1 to 65534, and is "${text}". Try PORT=5010.`);
}

/**
 * Checks that the Worker can have this port.
 *
 * @throws Error that says what to do, where another program has it.
 */
export async function checkPort(port: number): Promise<void> {
  if (!(await isTaken(port))) return;
  const baseUrl = `http://localhost:${port}/api/v1`;
  if (await answers(baseUrl))
    throw new Error(`A Nettu Scheduler is running on port ${port} already. Use it, or stop it first.`);
  const airPlay = process.platform === 'darwin' && port === PORT ? ' (on macOS, the AirPlay Receiver)' : '';
  throw new Error(
    `Another program uses port ${port}${airPlay}. Choose another port: PORT=${port + 10} npm run dev` +
      (process.platform === 'win32' ? ` (in PowerShell: $env:PORT=${port + 10}; npm run dev)` : ''),
  );
}

/** Connects first: macOS lets a program listen on an address where another one listens on all of them. */
async function isTaken(port: number): Promise<boolean> {
  const taken = await Promise.all(
    LOCAL.map(async (host) => (await connects(host, port)) || !(await listens(host, port))),
  );
  return taken.includes(true);
}

async function connects(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port, timeout: CONNECT_TIMEOUT_MS });
  try {
    await Promise.race([once(socket, 'connect'), once(socket, 'timeout').then(() => Promise.reject())]);
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Whether the port is free there; a machine may lack IPv6. */
async function listens(host: string, port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EADDRINUSE';
  } finally {
    server.close();
  }
}

/** Whether our Worker answers at this URL. Other programs use port 5000 too. */
export async function answers(baseUrl: string): Promise<boolean> {
  try {
    const response = await fetch(`${baseUrl}/`, { signal: AbortSignal.timeout(2000) });
    return (
      response.ok && ((await response.json()) as { message?: string }).message?.startsWith('Nettu') === true
    );
  } catch {
    return false;
  }
}

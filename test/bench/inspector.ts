/** A client of V8's inspector over its WebSocket, for the commands that a CPU profile needs. */
import type { Profiler } from 'node:inspector';

export interface Inspector {
  send(method: 'Profiler.stop'): Promise<Profiler.StopReturnType>;
  send(method: string, params?: object): Promise<unknown>;
  close(): void;
}

/** Connects to the inspector of the Worker's own isolate; workerd runs several. */
export async function openInspector(url: URL | null): Promise<Inspector> {
  if (!url) throw new Error('The Worker has no inspector. Start it with inspected: true.');
  const socket = new WebSocket(new URL('/core:user:worker', url));
  const pending = new Map<number, PromiseWithResolvers<unknown>>();
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', () => reject(new Error('The inspector does not answer.')));
  });
  socket.addEventListener('message', ({ data }) => {
    const { id, result, error } = JSON.parse(String(data)) as {
      id?: number;
      result?: unknown;
      error?: { message: string };
    };
    if (id === undefined) return;
    if (error) pending.get(id)?.reject(new Error(error.message));
    else pending.get(id)?.resolve(result);
    pending.delete(id);
  });

  let id = 0;
  const send = (method: string, params: object = {}): Promise<unknown> => {
    const answer = Promise.withResolvers<unknown>();
    pending.set(++id, answer);
    socket.send(JSON.stringify({ id, method, params }));
    return answer.promise;
  };
  return { send: send as Inspector['send'], close: () => socket.close() };
}

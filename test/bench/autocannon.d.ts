/** The part of autocannon that the bench uses; the package brings no types. */
declare module 'autocannon' {
  export interface Request {
    method: string;
    path: string;
    headers: Record<string, string>;
    body?: string;
    /** What to send in its place, each time. */
    setupRequest?: (request: Request) => Request;
  }

  interface Client {
    setRequests(requests: Request[]): void;
  }

  interface Options {
    url: string;
    connections: number;
    pipelining: number;
    /** Seconds. */
    duration: number;
    /** Milliseconds between the looks at whether the duration is over. */
    sampleInt: number;
    setupClient(client: Client): void;
  }

  interface Run extends Promise<unknown> {
    on(
      event: 'response',
      listener: (client: Client, status: number, bytes: number, milliseconds: number) => void,
    ): this;
    on(event: 'reqError', listener: (error: Error) => void): this;
    /** At the next look at the time. */
    stop(): void;
  }

  export default function autocannon(options: Options): Run;
}

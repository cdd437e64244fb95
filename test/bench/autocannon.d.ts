/** The types of the part of autocannon that the bench uses. The package ships none. */
declare module 'autocannon' {
  export interface Request {
    method: string;
    path: string;
    headers: Record<string, string>;
    body?: string;
    /** Returns the request to send in place of this one. autocannon calls it for each request. */
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
    /** Milliseconds between two checks of whether the duration is over. */
    sampleInt: number;
    setupClient(client: Client): void;
  }

  interface Run extends Promise<unknown> {
    on(
      event: 'response',
      listener: (client: Client, status: number, bytes: number, milliseconds: number) => void,
    ): this;
    on(event: 'reqError', listener: (error: Error) => void): this;
    /** Stops the run at the next check of the duration. */
    stop(): void;
  }

  export default function autocannon(options: Options): Run;
}

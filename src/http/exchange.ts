/** What travels with a request from the router to the response. */
import type { Env } from '../env.ts';
import type { Door, Route } from '../route.ts';
import type { Trace } from '../trace.ts';
import type { EncodedParams } from './input.ts';

export interface Exchange {
  request: Request;
  env: Env;
  /** Milliseconds since the epoch. The whole request goes by this one reading of the clock. */
  now: number;
  trace: Trace;
}

/** A request that matches a row of the table of routes. */
export interface Match {
  route: Route;
  door: Door;
  params: EncodedParams;
}

/** A part of a streamed answer: lines, and the function that plans the next part. */
import type { Scope } from '../db/scope.ts';
import type { Plan } from '../plan.ts';

export class Part<Line = unknown> {
  /** JSON Lines, each with its line feed at the end. */
  readonly lines: string;
  /** The type of each line; only the compiler uses it. */
  readonly line?: Line;
  /** Plans the next part; null after the last one. */
  readonly next: ((scope: Scope) => Plan) | null;

  constructor(lines: string, next: Part['next']) {
    this.lines = lines;
    this.next = next;
  }
}

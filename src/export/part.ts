/** A part of an export: some lines, and how the next part is planned. */
import type { Scope } from '../db/scope.ts';
import type { Plan } from '../plan.ts';

export class Part<Line = unknown> {
  /** JSON Lines, each with its line feed. */
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

/** What the element says: a notice, the texts for screen readers, and failures, which the page hears of too. */
import type { Words } from './english.ts';
import { messageOf, retryHelps } from './problems.ts';

export interface Notice {
  text: string;
  /** Absent where a retry does not help. */
  retry?: (() => Promise<void>) | undefined;
  /** Whether the retry only reads, so that the element may retry by itself. */
  reads?: boolean;
}

/** The part of the element that shows notices. */
export interface Speaker {
  readonly words: Words;
  requestUpdate(): void;
  /** Focuses the element that the selector finds after the next update. */
  focusOn(selector: string): void;
  /** Dispatches the event `error`, and writes the error's sentence to the console. */
  report(error: Error, message: string): void;
}

export class Notices {
  notice: Notice | undefined;
  /** The text that screen readers announce. */
  announcement = '';

  readonly #speaker: Speaker;

  constructor(speaker: Speaker) {
    this.#speaker = speaker;
  }

  show(notice: Notice | undefined): void {
    this.notice = notice;
    this.#speaker.requestUpdate();
  }

  announce(text: string): void {
    this.announcement = text;
    this.#speaker.requestUpdate();
  }

  /** Shows what a failure means for the person, with a retry where one helps. */
  fail(error: Error, retry?: () => Promise<void>, reads = false): void {
    const { words } = this.#speaker;
    const text = messageOf(error, words);
    this.show({ text, retry: retryHelps(error, words) ? retry : undefined, reads });
    this.#speaker.report(error, text);
  }
}

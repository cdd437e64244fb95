/** Time zones by brute force, to compare the Worker with: it reads the clock every five minutes. */

export const STEP = 300_000;
const DAY = 86_400_000;

/** The local time of a zone at each step of a time span, as the UTC instant that shows the same time. */
export class WallClock {
  readonly #start: number;
  readonly #shown: number[];

  constructor(zone: string, start: number, days: number) {
    const two = '2-digit';
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: two,
      day: two,
      hour: two,
      minute: two,
    });
    this.#start = start;
    this.#shown = Array.from({ length: (days * DAY) / STEP }, (_, i) => {
      const [month = 0, day, year = 0, hour, minute] = (
        format.format(start + i * STEP).match(/\d+/g) ?? []
      ).map(Number);
      return Date.UTC(year, month - 1, day, hour, minute);
    });
  }

  #instant(index: number): number {
    if (index < 0) throw new Error('the test must look at a longer stretch');
    return this.#start + index * STEP;
  }

  /** The first instant at which the clock shows this local time or a later one. */
  first(local: number): number {
    return this.#instant(this.#shown.findIndex((shown) => shown >= local));
  }

  /** The instant after which the clock never shows an earlier local time than this one. */
  last(local: number): number {
    return this.#instant(this.#shown.findLastIndex((shown) => shown < local) + 1);
  }

  /**
   * The instants at which the clock shows a date and a multiple of the interval after midnight, in order.
   *
   * @param day days since 1970.
   * @param interval milliseconds; a multiple of the step.
   */
  grid(day: number, interval: number): number[] {
    return this.#shown.flatMap((shown, index) =>
      Math.floor(shown / DAY) === day && (shown - day * DAY) % interval === 0 ? [this.#instant(index)] : [],
    );
  }
}

/**
 * Jobs and exports leave the database to others between two steps, by `scheduler.wait`. Here these pauses pass at once: the
 * tests of their length have a clock of their own (taking.ts). A wait for other requests is a `setTimeout`, and takes its time.
 */
scheduler.wait = () => Promise.resolve();

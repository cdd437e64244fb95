/**
 * The entry point on servers, where there are no elements: a page that is rendered there has the tag in its HTML, and the
 * browser defines it. Lit would fail in a Worker, and define globals in Node; this has no effect.
 */
export { english, type Words } from './english.ts';
export { ConfigurationError, TokenError } from './problems.ts';

/** Stands for the element's class, which only a browser has. */
export class NettuBooking {}

/** The options of a select, of which the page decides which one is chosen. */
import { html } from 'lit';
import { live } from 'lit/directives/live.js';

/**
 * @param options pairs of a value and its text.
 * @param chosen the value to show. `live` sets it again where the browser shows what the user has picked.
 */
export const optionsView = (options: readonly (readonly [value: string, text: string])[], chosen: string) =>
  options.map(
    ([value, text]) => html`<option value=${value} .selected=${live(value === chosen)}>${text}</option>`,
  );

/** The styles of the element. A page can set the custom properties and style each `::part`. Colours follow `color-scheme`. */
import { css } from 'lit';

export const styles = css`
  :host {
    --_accent: var(--nettu-accent, light-dark(#2454c6, #9db8ff));
    /* Black or white, whichever has the higher contrast: both have the same at a lightness of 49.4. */
    --_on-accent: var(--nettu-on-accent, lch(from var(--_accent) calc((49.4 - l) * 999) 0 0));
    --_background: var(--nettu-background, light-dark(#fff, #171a21));
    --_text: var(--nettu-text, light-dark(#1a1d24, #eceef3));
    --_muted: var(--nettu-muted, light-dark(#5a6270, #a3abba));
    --_border: var(--nettu-border, light-dark(#d9dde5, #353b48));
    --_free: var(--nettu-free, light-dark(#eaf0ff, #232c47));
    --_error: var(--nettu-error, light-dark(#a8201a, #ffb1ab));
    --_radius: var(--nettu-radius, 10px);
    display: block;
    container-type: inline-size;
    box-sizing: border-box;
    padding: 1.25rem;
    border: 1px solid var(--_border);
    border-radius: calc(var(--_radius) * 1.4);
    background: var(--_background);
    color: var(--_text);
    font: var(--nettu-font, 400 1rem / 1.45 system-ui, sans-serif);
  }
  :host([hidden]) {
    display: none;
  }
  *,
  ::before {
    box-sizing: border-box;
  }
  h2,
  h3,
  h4,
  p,
  ul,
  dl,
  dd {
    margin: 0;
    padding: 0;
  }
  h2,
  h3,
  .when {
    font-size: 1.15rem;
    font-weight: 600;
  }
  [tabindex='-1']:focus {
    outline: none;
  }
  button,
  a,
  input,
  textarea {
    font: inherit;
    color: inherit;
    background: transparent;
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
    padding: 0.5em 0.8em;
    min-height: 2.6em;
  }
  input,
  textarea {
    width: 100%;
    background: var(--_background);
    border-color: var(--_muted);
  }
  button,
  a {
    cursor: pointer;
    text-decoration: none;
  }
  button:hover:not(:disabled),
  a:hover {
    border-color: var(--_accent);
  }
  button:disabled,
  button[aria-disabled='true'] {
    cursor: default;
    opacity: 0.4;
  }
  :focus-visible {
    outline: 3px solid var(--_accent);
    outline-offset: 2px;
  }
  .primary,
  .mark,
  [aria-selected='true'],
  [aria-pressed='true'] {
    background: var(--_accent);
    color: var(--_on-accent);
  }
  .danger {
    border-color: var(--_error);
    color: var(--_error);
  }
  .filled {
    background: var(--_error);
    color: var(--_background);
  }
  .plain {
    border-color: transparent;
    color: var(--_accent);
  }
  .choose {
    display: grid;
    gap: 1.25rem 2rem;
  }
  @container (min-width: 36rem) {
    .choose {
      grid-template-columns: minmax(17rem, 1fr) minmax(12rem, 0.8fr);
    }
  }
  .bar {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 0.5rem;
    margin-block-end: 0.5rem;
  }
  .bar button {
    min-width: 2.6em;
    padding: 0;
    border-color: transparent;
    font-size: 1.15rem;
  }
  table {
    width: 100%;
    border-spacing: 2px;
    table-layout: fixed;
    text-align: center;
  }
  th {
    padding: 0.3em 0;
    color: var(--_muted);
    font-size: 0.85rem;
    font-weight: 600;
  }
  td {
    height: 2.5rem;
    border-radius: var(--_radius);
    font-variant-numeric: tabular-nums;
  }
  td:not([aria-selected='true']) {
    color: var(--_muted);
  }
  td.free {
    cursor: pointer;
    font-weight: 600;
  }
  td.free:not([aria-selected='true']) {
    background: var(--_free);
    color: var(--_text);
  }
  td.free:hover,
  #zones li:hover {
    box-shadow: inset 0 0 0 1px var(--_accent);
  }
  td[aria-current] {
    text-decoration: underline 2px;
    text-underline-offset: 0.3em;
  }
  .settings {
    display: flex;
    flex-wrap: wrap;
    align-items: end;
    gap: 0.5rem;
    margin-block-start: 1rem;
    font-size: 0.85rem;
  }
  .zone {
    position: relative;
    flex: 1 1 12rem;
  }
  #zones {
    position: absolute;
    z-index: 1;
    inset-inline: 0;
    max-height: 14rem;
    margin-block-start: 0.25rem;
    padding: 0.25rem;
    overflow: auto;
    list-style: none;
    background: var(--_background);
    border: 1px solid var(--_muted);
    border-radius: var(--_radius);
  }
  #zones li {
    padding: 0.5em 0.8em;
    border-radius: calc(var(--_radius) / 2);
    cursor: pointer;
  }
  .times h3 {
    margin-block: 0.5rem;
  }
  .times h4 {
    margin-block: 0.5rem;
    color: var(--_muted);
    font-size: 0.85rem;
    font-weight: 600;
  }
  .times ul {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(5.6rem, 1fr));
    gap: 0.5rem;
    list-style: none;
  }
  .scroll {
    max-height: 24rem;
    overflow: auto;
    /* Room for the outline of the focused time. */
    margin: -5px;
    padding: 5px;
  }
  .skeleton {
    height: 2.6em;
    border-radius: var(--_radius);
    background: var(--_border);
  }
  .times button {
    width: 100%;
    padding-inline: 0;
    white-space: nowrap;
    font-variant-numeric: tabular-nums;
  }
  .panel {
    display: grid;
    gap: 1rem;
    max-width: 30rem;
  }
  .muted {
    color: var(--_muted);
    font-size: 0.85rem;
    font-weight: 400;
  }
  [part='cancelled'] .when {
    text-decoration: line-through;
  }
  dl {
    display: grid;
    grid-template-columns: max-content 1fr;
    gap: 0.25rem 1rem;
    margin-block-start: 0.5rem;
  }
  dt {
    color: var(--_muted);
  }
  form,
  label {
    display: grid;
    gap: 0.25rem;
  }
  form {
    gap: 1rem;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
  }
  .notice {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 1rem;
    margin-block-end: 1rem;
    padding: 0.5em 0.8em;
    border-radius: var(--_radius);
    border-inline-start: 4px solid var(--_accent);
    background: var(--_free);
  }
  .notice.error {
    border-color: var(--_error);
  }
  .notice p {
    flex: 1 1 12rem;
  }
  .mark {
    text-align: center;
    line-height: 2.5rem;
    width: 2.5rem;
    height: 2.5rem;
    border-radius: 50%;
    font-size: 1.15rem;
  }
  .status {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
  }
  @media (prefers-reduced-motion: no-preference) {
    [aria-busy='true'] tbody,
    .times[aria-busy='true'] {
      animation: wait 1s ease-in-out infinite alternate;
    }
  }
  @keyframes wait {
    to {
      opacity: 0.55;
    }
  }
  @media (forced-colors: active) {
    [aria-selected='true'],
    [aria-pressed='true'] {
      forced-color-adjust: none;
      background: Highlight;
      color: HighlightText;
    }
  }
`;

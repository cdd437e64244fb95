/** A button that copies a text, and says so for a moment. */
import { html, type TemplateResult } from 'lit';

const COPIED_MS = 1500;

/** @param name what it copies, for its accessible name. */
export function copyButton(name: string, text: string): TemplateResult {
  const copy = (event: Event) => {
    const button = event.currentTarget as HTMLButtonElement;
    void navigator.clipboard.writeText(text).then(() => {
      button.textContent = 'Copied';
      setTimeout(() => {
        button.textContent = 'Copy';
      }, COPIED_MS);
    });
  };
  return html`<button type="button" class="copy" aria-label="Copy ${name}" @click=${copy}>Copy</button>`;
}

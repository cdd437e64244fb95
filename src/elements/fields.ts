/** The page's own fields: their values as a form would submit them, and their styles. */

/** A form control, or a form-associated custom element that has the members of one. */
type Control = HTMLElement & Partial<Pick<HTMLInputElement, 'name' | 'value' | 'type' | 'checked'>>;

/** Controls that submit no text. */
const WITHOUT_TEXT = ['button', 'submit', 'reset', 'image', 'file'];

/**
 * The values that a form would submit for the controls (HTML, 4.10.21.4 "Constructing the entry list"): without those that
 * are disabled or not ticked. A name with several values has all of them, separated by commas, since metadata is text. Empty
 * values are left out.
 */
export function valuesOf(controls: readonly Element[]): Record<string, string> {
  const values = new Map<string, string[]>();
  for (const control of controls as Control[]) {
    const name = control.getAttribute('name');
    const { type = '', value } = control;
    if (!name || control.matches(':disabled, datalist *') || WITHOUT_TEXT.includes(type)) continue;
    if ((type === 'checkbox' || type === 'radio') && !control.checked) continue;
    const texts =
      control instanceof HTMLSelectElement
        ? [...control.selectedOptions]
            .filter((option) => !option.matches(':disabled'))
            .map((one) => one.value)
        : [value];
    for (const text of texts) if (text) values.set(name, [...(values.get(name) ?? []), text]);
  }
  return Object.fromEntries([...values].map(([name, texts]) => [name, texts.join(', ')]));
}

/** Shows the first message of the browser for an invalid control, and returns whether all are valid. */
export const areValid = (controls: readonly Element[]): boolean =>
  controls.every((control) => (control as Partial<HTMLInputElement>).reportValidity?.() ?? true);

/** Without specificity, so that every rule of the page wins. */
const styles = `
:where(nettu-booking [slot=fields], nettu-booking [slot=fields] *) {
  accent-color: var(--_accent);
  &:where(div, label:not(:has([type=checkbox], [type=radio]))) { display: grid; gap: 0.3rem }
  &:where(input:not([type=checkbox], [type=radio], [type=range], [type=color]), select, textarea) {
    box-sizing: border-box; width: 100%; min-height: 2.6em; padding: 0.5em 0.8em; font: inherit; color: inherit;
    background: var(--_background); border: 1px solid var(--_muted); border-radius: var(--_radius) }
  &:where(:focus-visible) { outline: 3px solid var(--_accent); outline-offset: 2px }
}`;

let sheet: CSSStyleSheet | undefined;

/** Styles the page's own fields like those of the element, in the document or shadow root that holds the element. */
export function styleFields(root: Node): void {
  if (!(root instanceof Document || root instanceof ShadowRoot)) return;
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
  }
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
}

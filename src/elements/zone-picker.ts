/** The time zones as the combobox of the ARIA Authoring Practices ("Editable Combobox With List Autocomplete"). */
import { html, nothing, type TemplateResult } from 'lit';
import type { Words } from './english.ts';
import { searchZones, type ZoneChoice, zoneChoices, zoneText } from './zones.ts';

/** The part of the element that the picker uses. */
export interface ZoneHost {
  readonly words: Words;
  readonly zone: string;
  timezone: string | undefined;
  readonly renderRoot: ParentNode;
  readonly updateComplete: Promise<unknown>;
  requestUpdate(): void;
}

export class ZonePicker {
  /** The zones that match the search; undefined while the list is closed. */
  #found: ZoneChoice[] | undefined;
  #search = '';
  #active = 0;
  #choices: ZoneChoice[] = [];

  readonly #host: ZoneHost;

  constructor(host: ZoneHost) {
    this.#host = host;
  }

  view(): TemplateResult {
    const { words, zone } = this.#host;
    const found = this.#found;
    const active = found?.[this.#active];
    return html`<div class="zone">
      <label for="zone">${words.timezone}</label>
      <input
        id="zone"
        part="input timezone"
        role="combobox"
        autocomplete="off"
        spellcheck="false"
        aria-autocomplete="list"
        aria-expanded=${Boolean(found)}
        aria-controls=${found ? 'zones' : nothing}
        aria-activedescendant=${active ? 'zone-active' : nothing}
        .value=${found ? this.#search : zoneText(zone, Date.now())}
        @focus=${(event: Event) => (event.target as HTMLInputElement).select()}
        @click=${() => this.#open()}
        @input=${(event: Event) => this.#filter((event.target as HTMLInputElement).value)}
        @keydown=${(event: KeyboardEvent) => this.#onKey(event)}
        @blur=${() => this.#close()}
      />
      ${
        found
          ? html`<ul id="zones" part="zones" role="listbox" aria-label=${words.timezone}>
              ${found.map((choice, index) => this.#option(choice, index))}
            </ul>`
          : nothing
      }
      ${found && !active ? html`<p role="alert">${words.noZones}</p>` : nothing}
    </div>`;
  }

  #option({ zone, text }: ZoneChoice, index: number): TemplateResult {
    const active = index === this.#active;
    return html`<li
      id=${active ? 'zone-active' : nothing}
      role="option"
      data-zone=${zone}
      aria-selected=${active}
      @mousedown=${(event: Event) => event.preventDefault()}
      @click=${() => this.#choose(zone)}
    >
      <bdi>${text}</bdi>
    </li>`;
  }

  #open(): void {
    if (this.#found) return;
    const { zone } = this.#host;
    this.#choices = zoneChoices(zone, Date.now());
    this.#search = zoneText(zone, Date.now());
    this.#show(
      this.#choices,
      this.#choices.findIndex((choice) => choice.zone === zone),
    );
  }

  #filter(search: string): void {
    if (!this.#found) this.#open();
    this.#search = search;
    this.#show(searchZones(this.#choices, search), 0);
  }

  #close(): void {
    this.#found = undefined;
    this.#host.requestUpdate();
  }

  #choose(zone: string): void {
    this.#host.timezone = zone;
    this.#close();
  }

  #show(found: ZoneChoice[], active: number): void {
    this.#found = found;
    this.#active = Math.min(Math.max(active, 0), found.length - 1);
    this.#host.requestUpdate();
    void this.#host.updateComplete.then(() =>
      this.#host.renderRoot.querySelector('#zone-active')?.scrollIntoView({ block: 'nearest' }),
    );
  }

  #onKey(event: KeyboardEvent): void {
    const { key } = event;
    const found = this.#found;
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    const zone = found?.[this.#active]?.zone;
    if (step && found) this.#show(found, this.#active + step);
    else if (step) this.#open();
    else if (found && key === 'Escape') this.#close();
    else if (key === 'Enter' && zone) this.#choose(zone);
    else return;
    event.preventDefault();
  }
}

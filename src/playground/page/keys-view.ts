/** Shows the account's signing keys, with a button for each state. */
import type { SigningKey } from '@nettu/scheduler-sdk';
import { html, type TemplateResult } from 'lit';

type Change = (action: string, body?: object) => Promise<void>;

export function keysView(keys: SigningKey[], change: Change): TemplateResult {
  const set = (kid: string, state: SigningKey['state'], retiresIn?: number) => () =>
    void change('setKey', { kid, state, ...(retiresIn !== undefined && { retiresIn }) });
  return html`
    <h3>Signing keys</h3>
    <ul class="keys">
      ${keys.map(({ kid, state, retiresAt }) => {
        const revoked = state === 'revoked';
        return html`<li>
          <strong>${kid}</strong>
          <span class="status ${state === 'active' ? 'good' : 'bad'}">${state}</span>
          <span class="muted">${retiresAt ? `until ${new Date(retiresAt).toLocaleTimeString()}` : ''}</span>
          <span class="actions">
            <button type="button" aria-label="Activate: ${kid}" ?disabled=${revoked || state === 'active'} @click=${set(kid, 'active')}>Activate</button>
            <button type="button" aria-label="Standby: ${kid}" ?disabled=${revoked || state === 'standby'} @click=${set(kid, 'standby')}>Standby</button>
            <button type="button" aria-label="Retire in 10 s: ${kid}" ?disabled=${revoked} @click=${set(kid, 'retiring', 10)}>Retire in 10 s</button>
            <button type="button" class="danger" aria-label="Revoke: ${kid}" ?disabled=${revoked} @click=${set(kid, 'revoked')}>Revoke</button>
          </span>
        </li>`;
      })}
    </ul>
    <div class="row">
      <button type="button" @click=${() => void change('addKey')}>Rotate: add a key and sign new tokens with it</button>
    </div>
  `;
}

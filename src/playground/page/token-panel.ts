/** A token to experiment with: each change of a claim signs a new token, and shows how the Worker verifies it. */
import type { Inspection, Permission, SchedulerPolicy, SigningKey } from '@nettu/scheduler-sdk';
import { html, render } from 'lit';
import { live } from 'lit/directives/live.js';
import { keysView } from './keys-view.ts';
import { attempt, operations } from './operations.ts';
import { optionsView } from './options.ts';
import { requestLog } from './request-log.ts';
import { callBackend, recordingFetch, setup, tokenOf } from './session.ts';
import type { Choice, TokenState } from './token-state.ts';
import { verdictView } from './verdict-view.ts';

const PANEL = 'token';
const TYPING_PAUSE_MS = 400;
const EXPIRES_IN: [seconds: number, name: string][] = [
  [15 * 60, 'in 15 minutes'],
  [20, 'in 20 seconds'],
  [-60, 'a minute ago'],
];

export function tokenPanel(section: HTMLElement): () => void {
  const state: TokenState = {
    userId: setup.people[0]?.id ?? '',
    expiresIn: EXPIRES_IN[0]?.[0] ?? 900,
    kid: '',
    choices: new Map([
      ['*', 'allow'],
      ['DeleteCalendar', 'reject'],
    ]),
    token: '',
    keys: [],
    inspection: undefined,
    outcomes: [],
  };
  const stage = document.createElement('div');
  section.append(stage, requestLog(PANEL));
  let round = 0;
  let typing: ReturnType<typeof setTimeout> | undefined;

  /** Tests what the user types or pastes in place of the token, once they pause. */
  const edit = (event: Event) => {
    state.token = (event.target as HTMLTextAreaElement).value.trim();
    clearTimeout(typing);
    typing = setTimeout(() => void test(), TYPING_PAUSE_MS);
  };

  /** Clears the verdict until the new one arrives, and returns the number of this round. */
  function startRound(): number {
    state.inspection = undefined;
    draw();
    return ++round;
  }

  /** Signs a new token, and tests it. */
  async function sign(): Promise<void> {
    const { userId, expiresIn, kid } = state;
    startRound();
    state.token = await tokenOf({ userId, expiresIn, ...(kid && { kid }), policy: policyOf(state) });
    await test();
  }

  /** Tests the current token with each operation. */
  async function test(): Promise<void> {
    const thisRound = startRound();
    const { token } = state;
    const { keys } = await callBackend<{ keys: SigningKey[] }>('keys');
    const fetch = recordingFetch(PANEL, undefined, { probe: true });
    const connection = { baseUrl: setup.baseUrl, account: setup.accountId, token, fetch };
    const outcomes = await Promise.all(
      operations.map((operation) => attempt(operation, connection).catch(() => undefined)),
    );
    const inspection = await callBackend<Inspection | null>('inspect', { token }, PANEL);
    // A newer round has started meanwhile.
    if (thisRound !== round) return;
    Object.assign(state, { keys, inspection, outcomes });
    draw();
  }

  /** Runs an action of the backend, then tests the same token again. */
  const change = async (action: string, body: object = {}) => {
    startRound();
    await callBackend(action, body, PANEL);
    await test();
  };

  const choose = (permission: Permission, choice: Choice) => {
    state.choices.set(permission, choice);
    void sign();
  };

  function draw(): void {
    const { userId, token } = state;
    const select = (name: 'userId' | 'kid' | 'expiresIn', value: string) => {
      if (name === 'expiresIn') state.expiresIn = Number(value);
      else state[name] = value;
      void sign();
    };
    const on = (name: 'userId' | 'kid' | 'expiresIn') => (event: Event) =>
      select(name, (event.target as HTMLSelectElement).value);
    render(
      html`
        <h2>Test a token</h2>
        <div class="row">
          <label>User
            <select @change=${on('userId')}>
              ${optionsView(
                setup.people.map(({ id, name }) => [id, name]),
                userId,
              )}
            </select>
          </label>
          <label>Expires
            <select @change=${on('expiresIn')}>
              ${optionsView(
                EXPIRES_IN.map(([seconds, name]) => [String(seconds), name]),
                String(state.expiresIn),
              )}
            </select>
          </label>
          <label>Signed with
            <select @change=${on('kid')}>
              ${optionsView(
                [['', 'the newest key'], ...state.keys.map(({ kid }) => [kid, kid] as const)],
                state.kid,
              )}
            </select>
          </label>
          <button type="button" @click=${() => void test()}>Test it again</button>
        </div>
        <label>The token: edit it, or paste another one
          <textarea rows="6" spellcheck="false" autocomplete="off" .value=${live(token)} @input=${edit}></textarea>
        </label>
        ${verdictView(state, choose)}
        ${tokenView(token)}
        ${keysView(state.keys, change)}
        <div class="row">
          <button type="button" @click=${() => void change('revokeTokens', { userId })}>Revoke this user's tokens</button>
          <button type="button" @click=${() => void change('revokeTokens', { userId, undo: true })}>Undo the revocation</button>
        </div>
      `,
      stage,
    );
  }

  draw();
  void sign();
  return () => {};
}

function policyOf({ choices }: TokenState): SchedulerPolicy {
  const chosen = (wanted: Choice) =>
    [...choices].filter(([, choice]) => choice === wanted).map(([name]) => name);
  return { allow: chosen('allow'), reject: chosen('reject') };
}

/** Shows the decoded header and claims of a token, as far as it can be read. */
function tokenView(token: string) {
  const [header = '', payload = ''] = token.split('.');
  return html`<details class="jwt">
    <summary>Its header and claims</summary>
    <pre tabindex="0" aria-label="Claims">${decoded(header)}
${decoded(payload)}</pre>
  </details>`;
}

function decoded(part: string): string {
  try {
    return JSON.stringify(JSON.parse(atob(part.replaceAll('-', '+').replaceAll('_', '/'))), null, 2);
  } catch {
    return '(not JSON in base64url)';
  }
}

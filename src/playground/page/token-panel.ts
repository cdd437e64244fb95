/** A token to break: each change of a claim signs it anew, and shows what the Worker makes of it. */
import type { Inspection, Permission, SchedulerPolicy, SigningKey } from '@nettu/scheduler-sdk';
import { html, nothing, render } from 'lit';
import { keysView } from './keys-view.ts';
import { attempt, type Outcome, operations } from './operations.ts';
import { requestLog } from './request-log.ts';
import { ask, recordingFetch, setup, tokenOf } from './session.ts';
import { verdictView } from './verdict-view.ts';

const PANEL = 'token';
const LIFETIMES: [seconds: number, name: string][] = [
  [15 * 60, 'in 15 minutes'],
  [20, 'in 20 seconds'],
  [-60, 'a minute ago'],
];

export type Choice = 'allow' | 'reject' | 'neither';

export interface TokenState {
  userId: string;
  expiresIn: number;
  kid: string;
  /** What the policy says of each permission, `*` included. */
  choices: Map<Permission, Choice>;
  token: string;
  keys: SigningKey[];
  inspection: Inspection | undefined;
  outcomes: (Outcome | undefined)[];
}

export function tokenPanel(section: HTMLElement): () => void {
  const state: TokenState = {
    userId: setup.people[0]?.id ?? '',
    expiresIn: LIFETIMES[0]?.[0] ?? 900,
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

  /** What was shown is no longer so. */
  function wait(): number {
    state.inspection = undefined;
    draw();
    return ++round;
  }

  /** Signs, and tries what came of it. */
  async function sign(): Promise<void> {
    const { userId, expiresIn, kid } = state;
    wait();
    state.token = await tokenOf({ userId, expiresIn, ...(kid && { kid }), policy: policyOf(state) });
    await judge();
  }

  /** Tries the token as it is. */
  async function judge(): Promise<void> {
    const mine = wait();
    const { token } = state;
    const { keys } = await ask<{ keys: SigningKey[] }>('keys');
    const fetch = recordingFetch(PANEL);
    const where = { baseUrl: setup.baseUrl, account: setup.accountId, token, fetch };
    const outcomes = await Promise.all(
      operations.map((operation) => attempt(operation, where).catch(() => undefined)),
    );
    const inspection = await ask<Inspection>('inspect', { token }, PANEL);
    // Another change came in between.
    if (mine !== round) return;
    Object.assign(state, { keys, inspection, outcomes });
    draw();
  }

  /** Has the backend change something, and tries the same token again. */
  const change = async (action: string, body: object = {}) => {
    wait();
    await ask(action, body, PANEL);
    await judge();
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
        <h2>A token to break</h2>
        <div class="row">
          <label>User
            <select @change=${on('userId')}>
              ${setup.people.map(({ id, name }) => html`<option value=${id} ?selected=${id === userId}>${name}</option>`)}
            </select>
          </label>
          <label>Expires
            <select @change=${on('expiresIn')}>
              ${LIFETIMES.map(([seconds, name]) => html`<option value=${seconds}>${name}</option>`)}
            </select>
          </label>
          <label>Signed with
            <select @change=${on('kid')}>
              <option value="">the newest key</option>
              ${state.keys.map(({ kid }) => html`<option value=${kid} ?selected=${kid === state.kid}>${kid}</option>`)}
            </select>
          </label>
          <button type="button" @click=${() => void judge()}>Try it again</button>
        </div>
        ${verdictView(state, choose)}
        ${token ? tokenView(token) : nothing}
        ${keysView(state.keys, change)}
        <div class="row">
          <button type="button" @click=${() => void change('revokeTokens', { userId })}>Revoke this user's tokens</button>
          <button type="button" @click=${() => void change('revokeTokens', { userId, takeBack: true })}>Take that back</button>
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
  const with_ = (wanted: Choice) =>
    [...choices].filter(([, choice]) => choice === wanted).map(([name]) => name);
  return { allow: with_('allow'), reject: with_('reject') };
}

/** The three parts of it, and the claims in the middle one. */
function tokenView(token: string) {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const decode = (part: string) =>
    JSON.stringify(JSON.parse(atob(part.replaceAll('-', '+').replaceAll('_', '/'))), null, 2);
  return html`<details class="jwt">
    <summary>The token, and what it says</summary>
    <pre tabindex="0" aria-label="Token"><span class="p1">${header}</span>.<span class="p2">${payload}</span>.<span class="p3">${signature}</span></pre>
    <pre tabindex="0" aria-label="Claims">${decode(header)}
${decode(payload)}</pre>
  </details>`;
}

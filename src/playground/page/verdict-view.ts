/** Shows how the Worker verifies the token, and whether it permits each operation. */
import { type Inspection, type Permission, Permissions } from '@nettu/scheduler-sdk';
import { html, nothing, type TemplateResult } from 'lit';
import { type Operation, operations } from './operations.ts';
import type { Choice, TokenState } from './token-state.ts';

const CHOICES: Choice[] = ['allow', 'reject', 'neither'];

type Choose = (permission: Permission, choice: Choice) => void;

export function verdictView(state: TokenState, choose: Choose): TemplateResult {
  const { inspection } = state;
  return html`
    ${inspection === undefined ? html`<p class="verdict waiting" role="status">Testing the token…</p>` : inspectionView(inspection ?? NO_TOKEN)}
    <p class="muted">
      For each permission the page sends one request with this token, and an empty body or an unknown id: so nothing changes, and
      a request that the token permits ends in 400 or 404.
    </p>
    <div class="scroll" tabindex="0" role="region" aria-label="Operations">
      <table class="operations">
        <thead>
          <tr>
            <th scope="col">Operation</th>
            <th scope="col">Policy</th>
            <th scope="col">Result</th>
            <th scope="col">Reason</th>
          </tr>
        </thead>
        <tbody>
          <tr class="all">
            <th scope="row">Everything <code>*</code></th>
            <td>${choiceView(Permissions.All, state, choose)}</td>
            <td></td>
            <td></td>
          </tr>
          ${operations.map((operation, index) => row(operation, index, state, choose))}
        </tbody>
      </table>
    </div>
  `;
}

type Verdict = Pick<Inspection, 'valid' | 'code' | 'detail' | 'cause'>;

/** The verdict on what is no token at all. */
const NO_TOKEN: Verdict = {
  valid: false,
  code: 'token-malformed',
  detail: 'This is too long, or empty. Paste a token, or change a claim to sign a new one.',
  cause: null,
};

const inspectionView = ({
  valid,
  code,
  detail,
  cause,
}: Verdict) => html`<p class="verdict ${valid ? 'good' : 'bad'}" role="status">
  <strong>${valid ? 'Accepted' : `Refused: ${code}`}</strong>
  ${detail} ${cause ? html`<br />Cause: <code>${cause.code}</code>. ${cause.detail}` : nothing}
</p>`;

function row(
  { needs, method, path }: Operation,
  index: number,
  state: TokenState,
  choose: Choose,
): TemplateResult {
  const outcome = state.outcomes[index];
  const because = needs ? state.inspection?.permissions[needs]?.because : 'Reading needs no permission.';
  const refused = outcome && !outcome.permitted;
  return html`<tr>
    <th scope="row">${needs ?? 'Read'} <code>${method} ${path.replace(/\/0000[^/]+/, '/…')}</code></th>
    <td>${needs ? choiceView(needs, state, choose) : nothing}</td>
    <td>
      ${
        outcome &&
        html`<span class="status ${outcome.permitted ? 'good' : 'bad'}" title=${outcome.detail}>${outcome.permitted ? 'permitted' : 'refused'}</span>
          <span class="muted">${outcome.status} ${outcome.code}</span>`
      }
    </td>
    <td class="muted">${refused && outcome.code !== 'policy-denied' ? outcome.detail : because}</td>
  </tr>`;
}

function choiceView(permission: Permission, { choices }: TokenState, choose: Choose): TemplateResult {
  const chosen = choices.get(permission) ?? 'neither';
  return html`<span class="group" role="group" aria-label="Policy for ${permission}">
    ${CHOICES.map(
      (choice) =>
        html`<button type="button" class=${choice} aria-pressed=${choice === chosen} @click=${() => choose(permission, choice)}>
          ${choice}
        </button>`,
    )}
  </span>`;
}

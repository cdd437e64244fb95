/** What a client is told when D1 gave no answer: as much as is known, and whether to send the request again. */
import { Outage, Refused } from '../db/connection.ts';
import { Problem } from '../problem.ts';
import type { Route } from '../route.ts';

/** What went wrong, as a Problem where it is for a client to know. */
export function told(error: unknown, route: Route, headers: Headers): unknown {
  if (error instanceof Refused) return new Problem('precondition-failed');
  return error instanceof Outage ? outageProblem(error, route, headers) : error;
}

/**
 * A read, and a write that D1 turned away, changed nothing. Of any other write it is not known. To put or to delete
 * once more comes to the same (RFC 9110 section 9.2.2); to post again may make a second one.
 */
function outageProblem({ changed, cause }: Outage, { method, does }: Route, headers: Headers): Problem {
  if (changed === 'nothing') return new Problem('database-unavailable', undefined, { cause });
  const detail = 'The database did not answer, so this may have been carried out, or not.';
  if (method === 'POST' && does.creates && headers.has('idempotency-key')) {
    const again = 'Send it again with the same Idempotency-Key: it takes place once, and you get its answer.';
    return new Problem('outcome-unknown', `${detail} ${again}`, { cause });
  }
  if (method === 'POST') {
    const { unsure = 'Look whether it was before you send it again.' } = does;
    return new Problem('outcome-unknown', `${detail} ${unsure}`, { cause });
  }
  const repeat =
    method === 'DELETE'
      ? 'It is safe to send again; a 404 then says that it was.'
      : 'It is safe to send again.';
  return new Problem('database-unavailable', `${detail} ${repeat}`, { cause });
}

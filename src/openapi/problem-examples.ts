/** A document of each problem, made by the function that makes those of the Worker. */
import { Refused } from '../db/connection.ts';
import { failure, problemOf } from '../http/errors.ts';
import { Problem } from '../problem.ts';
import { routes } from '../routes.ts';
import type { ProblemCode, Problem as ProblemDocument } from '../sdk/types.ts';
import type { Trace } from '../trace.ts';
import { invalid } from '../validation/schemas.ts';

/** The problems whose document has more members than the others. */
const samples: Partial<Record<ProblemCode, Error>> = {
  'input-invalid': invalid([
    {
      path: 'timezone',
      reason: 'must be an IANA time zone name, such as UTC or Europe/Oslo, not an offset',
    },
  ]),
  'quota-exceeded': problemOf(
    new Refused({ quota: 'calendars', limit: 1000, use: 1000 }, false),
    routes.createCalendar,
    new Headers(),
    0,
  ) as Problem,
  internal: new Error('internal'),
};

export function problemExample(code: ProblemCode): ProblemDocument {
  const trace = { id: '0b7c8a52-3d0e-4a55-9d1f-6a1c2f0e9b41' } as Trace;
  return failure(samples[code] ?? new Problem(code), trace).body as ProblemDocument;
}

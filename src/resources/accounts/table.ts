/** The account in SQL: what an export copies of it. Statements stand in sql.ts. */
import { integer, table, text } from '../../db/table.ts';

export const accounts = table({
  type: 'account',
  name: 'accounts',
  columns: {
    id: text,
    public_freebusy: integer,
    public_booking: integer,
    created: integer,
    version: integer,
    reads_replica: { ...integer, member: 'nearest' },
    keep_cancelled_days: { ...integer, added: true },
  },
  single: true,
  // The former name, for the release before.
  computed: { nearest: "value ->> 'reads_replica'" },
});

/**
 * What an account consists of, table by table, in the order in which a copy tells it and an import puts it in: what others
 * refer to first, and last the keys, which open it, and the webhook, which is told what happens. Shared by the Worker, which
 * exports, and by `npm run import`.
 */

/** Raised with each change of what a line is. */
export const FORMAT = 1;

export interface Table {
  /** The type of its lines. */
  type: string;
  name: string;
  /** What is copied, but for whose it is and `seq`: the order of the lines tells that. */
  columns: readonly string[];
  /** Those that hold JSON. */
  json: readonly string[];
  /** What a row belongs to: the table of which each of these columns names a row. It goes with that. */
  belongs?: Readonly<Record<string, string>>;
  /** One row an account, which has no `seq`. */
  single?: true;
  /** What an import makes of its own: SQL, by column. */
  made?: Readonly<Record<string, string>>;
}

const table = (type: string, name: string, columns: string, json = ''): Table => ({
  type,
  name,
  columns: columns.split(' '),
  json: json.split(' ').filter(Boolean),
});

/** A key has it from its account. */
const asItsAccount = { nearest: '(SELECT nearest FROM accounts WHERE id = ?2)' };

export const tables: readonly Table[] = [
  {
    ...table('account', 'accounts', 'id public_freebusy public_booking created version nearest'),
    single: true,
  },
  table('user', 'users', 'id metadata not_before agenda version', 'metadata'),
  {
    ...table('calendar', 'calendars', 'id user_id timezone week_start metadata version', 'metadata'),
    belongs: { user_id: 'users' },
  },
  {
    ...table(
      'event',
      'events',
      'id calendar_id user_id start_ts duration busy recurrence last_start exdates reminders service_id session ' +
        'expires_at metadata created updated version',
      'recurrence exdates reminders metadata',
    ),
    belongs: { calendar_id: 'calendars' },
  },
  {
    ...table('schedule', 'schedules', 'id user_id timezone rules metadata version', 'rules metadata'),
    belongs: { user_id: 'users' },
  },
  table('service', 'services', 'id multi_person metadata revision version', 'multi_person metadata'),
  {
    ...table(
      'host',
      'service_users',
      'service_id user_id schedule_id calendar_id buffer_before buffer_after closest furthest booking_calendar_id busy version',
      'busy',
    ),
    belongs: { service_id: 'services', user_id: 'users' },
  },
  table(
    'booking',
    'bookings',
    'id service_id session start_ts duration state expires_at hosts events booked_by metadata created updated stamp version',
    'hosts events metadata',
  ),
  { ...table('signingKey', 'signing_keys', 'kid pem state retires_at created version'), made: asItsAccount },
  { ...table('apiKey', 'api_keys', 'id hash name hint created expires_at'), made: asItsAccount },
  {
    ...table('webhook', 'webhooks', 'url key secret old_secret old_secret_until events', 'events'),
    single: true,
    // What was due before it came here is told by the place that it came from.
    made: {
      since: "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
      filed: "CASE WHEN value ->> 0 IS NOT NULL THEN '' END",
    },
  },
];

/** A column as a line names it. */
export const memberOf = (column: string): string =>
  column.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

type Value = string | number | null;

/** A row as a line: one JSON object. */
export function lineOf({ type, columns, json }: Table, row: Readonly<Record<string, unknown>>): string {
  const members = columns.map((column) => {
    const value = row[column];
    return [memberOf(column), json.includes(column) && value !== null ? JSON.parse(String(value)) : value];
  });
  return `${JSON.stringify({ type, ...Object.fromEntries(members) })}\n`;
}

/** The values of a line, in the order of the columns: as they were stored. */
export function valuesOf({ columns, json }: Table, line: Readonly<Record<string, unknown>>): Value[] {
  return columns.map((column) => {
    const value = line[memberOf(column)];
    if (value === undefined) throw new Error(`lacks ${memberOf(column)}`);
    return json.includes(column) && value !== null ? JSON.stringify(value) : (value as Value);
  });
}

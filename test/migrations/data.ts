/** An account with one row in each table, in the columns of the first release. */
const DAY = 86_400_000;

export const ACCOUNT = '00000000-0000-4000-8000-00000000000a';

export const FIRST_RELEASE: readonly string[] = [
  `INSERT INTO accounts (id, webhook_url, webhook_key, created) VALUES ('${ACCOUNT}', 'https://example.test/hook', 'whk_1', 1)`,
  `INSERT INTO accounts (id, created) VALUES ('other', 2)`,
  `INSERT INTO api_keys (account_id, id, hash, hint, created) VALUES ('${ACCOUNT}', 'k', 'hash', 'abcd', 1)`,
  `INSERT INTO signing_keys (account_id, kid, pem, state, created) VALUES ('${ACCOUNT}', 'kid', 'pem', 'active', 1)`,
  `INSERT INTO users (account_id, id, metadata) VALUES ('${ACCOUNT}', 'u', '{"plan":"free"}'), ('${ACCOUNT}', 'v', '{}')`,
  `INSERT INTO calendars (account_id, id, user_id, timezone, week_start, metadata)
   VALUES ('${ACCOUNT}', 'c', 'u', 'Europe/Oslo', 'Mon', '{"color":"red"}')`,
  `INSERT INTO events (account_id, id, calendar_id, user_id, start_ts, duration, busy, recurrence, last_start, reminders, metadata, created, updated)
   VALUES ('${ACCOUNT}', 'e', 'c', 'u', 0, 3600000, 1, '{"freq":"daily","interval":1}', NULL, '[{"delta":-10,"identifier":"soon"}]', '{"title":"Stand-up"}', 1, 1)`,
  `INSERT INTO schedules (account_id, id, user_id, timezone, rules, metadata) VALUES ('${ACCOUNT}', 's', 'u', 'UTC', '[]', '{"a":"b"}')`,
  `INSERT INTO services (account_id, id, multi_person, metadata) VALUES ('${ACCOUNT}', 'x', '{"variant":"group","data":3}', '{"title":"Tour"}')`,
  `INSERT INTO service_users (account_id, service_id, user_id, schedule_id, buffer_before, buffer_after, closest, booking_calendar_id, busy)
   VALUES ('${ACCOUNT}', 'x', 'u', 's', 5, 5, 0, 'c', '["c"]')`,
  `INSERT INTO bookings (account_id, id, service_id, session, start_ts, duration, state, hosts, events, metadata, created, updated, stamp) -- the former name
   VALUES ('${ACCOUNT}', 'b', 'x', 'session', ${DAY}, 3600000, 'confirmed', '["u"]', '["be"]', '{}', 1, 1, 'token')`,
  `INSERT INTO events (account_id, id, calendar_id, user_id, start_ts, duration, busy, last_start, reminders, service_id, session, metadata, created, updated)
   VALUES ('${ACCOUNT}', 'be', 'c', 'u', ${DAY}, 3600000, 1, ${DAY}, '[]', 'x', 'session', '{}', 1, 1)`,
];

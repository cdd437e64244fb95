-- Contract: no Worker of release 1 runs any more, so everything that served it goes. See test/e2e/releases/README.md.

DROP TRIGGER account_update_by_release_1;
DROP TRIGGER signing_key_update_by_release_1;
DROP TRIGGER user_update_by_release_1;
DROP TRIGGER calendar_update_by_release_1;
DROP TRIGGER event_update_by_release_1;
DROP TRIGGER schedule_update_by_release_1;
DROP TRIGGER service_update_by_release_1;
DROP TRIGGER host_update_by_release_1;
DROP TRIGGER booking_update_by_release_1;
DROP TRIGGER account_webhook_by_release_1;
DROP TRIGGER webhook_insert_for_release_1;
DROP TRIGGER webhook_update_for_release_1;

-- The two columns stay, because a CHECK of the table names them; their old values, one of them a secret, do not. The
-- triggers above go first: one of them removed the webhook of an account whose URL became NULL.
UPDATE accounts SET webhook_url = NULL, webhook_key = NULL WHERE webhook_url IS NOT NULL;

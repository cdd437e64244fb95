-- The accounts that the operator has suspended: nobody can use them, and they get no notification. The release before this
-- one does not know the table, and serves them.
CREATE TABLE suspensions (
  account_id TEXT NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
  since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- When each job last ended.
CREATE TABLE job_runs (
  job TEXT NOT NULL PRIMARY KEY,
  ended_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

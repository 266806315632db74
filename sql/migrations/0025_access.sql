-- Who may ask: what a key is limited to, users with passwords, who is signed in, and what became of it (audit).

-- A key acts for an account, a domain, or a user ('' = none). Keys from before post events of any source.
ALTER TABLE api_key ADD COLUMN IF NOT EXISTS account_id String;
ALTER TABLE api_key ADD COLUMN IF NOT EXISTS domain String;
ALTER TABLE api_key ADD COLUMN IF NOT EXISTS user_id String;
ALTER TABLE api_key ADD COLUMN IF NOT EXISTS sources Array(String) DEFAULT ['*'];
ALTER TABLE api_key ADD COLUMN IF NOT EXISTS cidrs Array(String);
-- Unix ms; 0 = it does not expire.
ALTER TABLE api_key ADD COLUMN IF NOT EXISTS expires_ms Int64;
ALTER TABLE api_key ADD COLUMN IF NOT EXISTS changed_by String;

-- People. password: scrypt with its cost and salt ('' = cannot sign in with one); password_ms: when it was set, Unix ms.
CREATE TABLE IF NOT EXISTS access_user (
  fence UInt64,
  user_id String,
  version UInt64,
  account_id String,
  username String,
  email String,
  first_name String,
  last_name String,
  role LowCardinality(String),
  time_zone LowCardinality(String),
  state LowCardinality(String),
  password String,
  password_ms Int64,
  changed_at DateTime64(3, 'UTC'),
  changed_by String
) ENGINE = MergeTree ORDER BY (user_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Who is signed in, by the SHA-256 of a cookie. A row when it opens, at signs of life, and when it ends (ended 1, for good).
CREATE TABLE IF NOT EXISTS access_session (
  session_sha256 String,
  ended UInt8,
  kind LowCardinality(String),
  key_id String,
  user_id String,
  address String,
  opened_at DateTime64(3, 'UTC'),
  seen_at DateTime64(3, 'UTC'),
  ends_at DateTime64(3, 'UTC')
) ENGINE = ReplacingMergeTree(seen_at) ORDER BY (session_sha256, ended)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- What was asked for and what became of it: every request that changes something, every sign-in, every refusal. Before and after: view audit_change.
CREATE TABLE IF NOT EXISTS audit_line (
  ended_at DateTime64(3, 'UTC'),
  request_id String,
  begun_at DateTime64(3, 'UTC'),
  caller_id String,
  caller_name String,
  role LowCardinality(String),
  address String,
  method LowCardinality(String),
  operation LowCardinality(String),
  target String,
  status UInt16
) ENGINE = MergeTree ORDER BY (ended_at, request_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Answers that are given again, and work that is longer than a request.

-- Answers to requests that carried an Idempotency-Key, for a day. request_id: a hash of caller and key; neither stands here.
-- answer: encrypted with what only the caller has (its credential and the key), since some answers tell a secret this once.
CREATE TABLE IF NOT EXISTS kept_answer (
  request_id String,
  fingerprint String,
  status UInt16,
  answer String,
  made_at DateTime64(3, 'UTC'),
  expires_at DateTime64(3, 'UTC')
) ENGINE = MergeTree ORDER BY (request_id, made_at)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Work that goes on after its request was answered, and is neither one run nor an export: those tell of themselves. Two rows: how it
-- began, how it ended. holder: the data directory of the process that does it; one that died in the middle is ended at its next start.
CREATE TABLE IF NOT EXISTS operation (
  operation_id String,
  version UInt8,
  kind LowCardinality(String),
  subject String,
  state LowCardinality(String),
  holder String,
  outcome String,
  error String,
  asked_by String,
  changed_at DateTime64(3, 'UTC')
) ENGINE = MergeTree ORDER BY (operation_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

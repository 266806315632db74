-- Bills of closed periods: what a rating run leaves out and goes by for who has closed the month, and what a line corrects.

-- Scratch of the one rating run that holds the lease. Accounts of payers that have closed the month being rated, by what stood when they did.
-- rate_card_id: what the account said of itself. prices_ms: the instant whose prices count where others hold by now, Unix ms UTC; -1 = there
-- were none yet, 0 = today's do. cut_seq: the last run whose usage counts; former_seq: the last one that the statement before had counted.
CREATE TABLE IF NOT EXISTS scratch_closed_account (
  account_id String,
  payer_account_id String,
  currency LowCardinality(String),
  domain String,
  rate_card_id String,
  default_card String,
  prices_ms Int64,
  former_seq UInt64,
  cut_seq UInt64
) ENGINE = Memory;

-- Runs whose usage of an account does not count in the month being rated: it came after the closing.
CREATE TABLE IF NOT EXISTS scratch_late_usage (
  account_id String,
  run_seq UInt64
) ENGINE = Memory;

-- The accounts that are rated; none = all.
CREATE TABLE IF NOT EXISTS scratch_rating_scope (
  account_id String
) ENGINE = Memory;

-- A line of kind adjustment corrects a line of an earlier month's statement, by what that month came to when it was rated whole again.
-- adjusts_kind: of the line corrected; adjusts_line: its number on the original, 0 = it was not there; former_line, restated_line: its number
-- among the lines of that month as they had been billed and as they are now, which this run keeps under periods of its own
-- (2026-10@2026-11: October as it counts on November's statement). apart: its currency where that is not the payer's, '' otherwise.
ALTER TABLE statement_line ADD COLUMN IF NOT EXISTS adjusts_period LowCardinality(String) DEFAULT '';
ALTER TABLE statement_line ADD COLUMN IF NOT EXISTS adjusts_kind LowCardinality(String) DEFAULT '';
ALTER TABLE statement_line ADD COLUMN IF NOT EXISTS adjusts_line UInt32 DEFAULT 0;
ALTER TABLE statement_line ADD COLUMN IF NOT EXISTS former_line UInt32 DEFAULT 0;
ALTER TABLE statement_line ADD COLUMN IF NOT EXISTS restated_line UInt32 DEFAULT 0;
ALTER TABLE statement_line ADD COLUMN IF NOT EXISTS apart LowCardinality(String) DEFAULT '';

-- The last run whose usage counted for the account, where it had closed the month; 0 = all that the rating run knew.
ALTER TABLE rating_account ADD COLUMN IF NOT EXISTS cut_seq UInt64 DEFAULT 0;

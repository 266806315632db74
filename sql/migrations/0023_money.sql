-- Money: who sells and who pays, documents that are final, credits, payments and the ledger, files of exports, and what is told to whom.

-- Who sells: its name, address, bank and series of numbers as JSON (rating/profiles/issuer.ts). A version each time it is put.
CREATE TABLE IF NOT EXISTS issuer (
  fence UInt64,
  issuer_id String,
  version UInt64,
  body String,
  changed_at DateTime64(3, 'UTC'),
  changed_by String
) ENGINE = MergeTree ORDER BY (issuer_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Who pays: legal name, address, tax rule, language, terms as JSON (rating/profiles/profile.ts). Apart from all billed rows.
CREATE TABLE IF NOT EXISTS billing_profile (
  fence UInt64,
  account_id String,
  version UInt64,
  body String,
  changed_at DateTime64(3, 'UTC'),
  changed_by String
) ENGINE = MergeTree ORDER BY (account_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- A tax rate and what it holds for, as JSON (rating/taxes/tax-rate.ts).
CREATE TABLE IF NOT EXISTS tax_rate (
  fence UInt64,
  tax_rate_id String,
  version UInt64,
  body String,
  changed_at DateTime64(3, 'UTC'),
  changed_by String
) ENGINE = MergeTree ORDER BY (tax_rate_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- One row per document, written by a run of kind finalize; it counts once that run is published. series: what its number runs on in (issuer
-- and year); number_no: its place there, from 1, without gaps. reverses: the document a credit note takes back; replaces: the one a
-- reissued statement stands for. issued_on, due_on: local dates, 2026-11-02. rating_seq: the rating run its lines are of. issuer, customer: as they stood, JSON. Money is exact in 10^-9.
CREATE TABLE IF NOT EXISTS statement_document (
  run_seq UInt64,
  statement_id String,
  kind LowCardinality(String),
  series String,
  number_no UInt64,
  number String,
  payer_account_id String,
  period LowCardinality(String),
  currency LowCardinality(String),
  apart LowCardinality(String),
  rating_seq UInt64,
  reverses String,
  replaces String,
  issued_on String,
  due_on String,
  issuer_id String,
  issuer_version UInt64,
  issuer String,
  customer String,
  net Decimal(38, 9),
  tax Decimal(38, 9),
  total Decimal(38, 9),
  lines UInt64,
  asked_by String,
  reason String,
  overrides Array(String)
) ENGINE = MergeTree ORDER BY (period, payer_account_id, run_seq, statement_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Scratch of the one finalizing run that holds the lease: what it makes. source_id: the document whose lines it takes, '' = those of the
-- rating run; of a payer the facts its tax follows from, as they stood when it began.
CREATE TABLE IF NOT EXISTS scratch_document (
  statement_id String,
  kind String,
  payer_account_id String,
  period String,
  currency String,
  apart String,
  rating_seq UInt64,
  source_id String,
  reverses String,
  replaces String,
  country String,
  region String,
  rule String,
  reason String,
  issuer_id String,
  issuer_version UInt64,
  issuer String,
  customer String,
  overrides Array(String)
) ENGINE = Memory;

-- The lines of a document: those of statement_line as they stood, with the tax rate that held for each ('' = none). A credit note's are negated.
CREATE TABLE IF NOT EXISTS final_line (
  run_seq UInt64,
  statement_id String,
  tax_rate_id LowCardinality(String),
  period LowCardinality(String),
  payer_account_id String,
  currency LowCardinality(String),
  line UInt32,
  account_id String,
  kind LowCardinality(String),
  usage_type UInt16,
  tariff_id String,
  tariff_version UInt64,
  component LowCardinality(String),
  tier UInt16,
  description String,
  quantity Int256,
  unit LowCardinality(String),
  unit_base Int256,
  unit_price Decimal(38, 12),
  exact_amount Decimal(38, 9),
  amount Decimal(38, 9),
  rounding Decimal(38, 9),
  records UInt64,
  scope LowCardinality(String),
  rate_card_id String,
  charge_id String,
  charge_version UInt64,
  of_line UInt32,
  base_amount Decimal(38, 9),
  percent Decimal(18, 6),
  factor Decimal(18, 6),
  threshold Decimal(38, 9),
  days UInt16,
  of_days UInt16,
  adjusts_period LowCardinality(String),
  adjusts_kind LowCardinality(String),
  adjusts_line UInt32,
  former_line UInt32,
  restated_line UInt32,
  apart LowCardinality(String)
) ENGINE = MergeTree PARTITION BY period ORDER BY (payer_account_id, statement_id, line)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Tax of a document by rate and month of the lines it is on (corrections keep their month's rate); amount in the currency's coins.
CREATE TABLE IF NOT EXISTS statement_tax (
  run_seq UInt64,
  statement_id String,
  tax_rate_id LowCardinality(String),
  for_period LowCardinality(String),
  name String,
  category LowCardinality(String),
  percent Decimal(18, 6),
  reason String,
  net Decimal(38, 9),
  amount Decimal(38, 9)
) ENGINE = MergeTree ORDER BY (statement_id, tax_rate_id, for_period)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- A credit given to a payer: covers usage whose window starts in [valid_from, expires_at), lower priority first, then the earlier expiry, then
-- the earlier grant. kind: promotion or prepayment. A later version may only end it (state ended, with a reason).
CREATE TABLE IF NOT EXISTS credit_grant (
  fence UInt64,
  credit_id String,
  version UInt64,
  payer_account_id String,
  currency LowCardinality(String),
  kind LowCardinality(String),
  amount Decimal(38, 9),
  priority UInt16,
  valid_from DateTime64(3, 'UTC'),
  expires_at DateTime64(3, 'UTC'),
  state LowCardinality(String),
  note String,
  reason String,
  changed_at DateTime64(3, 'UTC'),
  changed_by String
) ENGINE = MergeTree ORDER BY (credit_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Money in or out: a payment (positive) or a refund (negative), of a payer, for a document or on account (statement_id '').
CREATE TABLE IF NOT EXISTS payment (
  fence UInt64,
  payment_id String,
  version UInt64,
  payer_account_id String,
  currency LowCardinality(String),
  amount Decimal(38, 9),
  paid_at DateTime64(3, 'UTC'),
  statement_id String,
  method String,
  note String,
  changed_at DateTime64(3, 'UTC'),
  changed_by String
) ENGINE = MergeTree ORDER BY (payment_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- What of a credit went to which document; given back by a row of the opposite sign when the document is void. It counts once its run is published.
CREATE TABLE IF NOT EXISTS credit_draw (
  run_seq UInt64,
  credit_id String,
  statement_id String,
  amount Decimal(38, 9)
) ENGINE = MergeTree ORDER BY (credit_id, statement_id, run_seq)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Double entry: the rows of a posting sum to zero in each currency; debit is positive. run_seq 0: counts at once; else once that run is
-- published, and its booking date is that instant. posting_id is made from what it is for, so booking it again changes nothing. Grants and
-- payments are their own postings (view ledger) and have no rows here. period: the month it is of, '' = none. reference: what it is by, such
-- as payment:ID, credit:ID, statement:ID.
CREATE TABLE IF NOT EXISTS ledger_entry (
  fence UInt64,
  run_seq UInt64,
  posting_id String,
  entry UInt16,
  kind LowCardinality(String),
  ledger_account LowCardinality(String),
  payer_account_id String,
  currency LowCardinality(String),
  period LowCardinality(String),
  statement_id String,
  reference String,
  booked_at DateTime64(3, 'UTC'),
  amount Decimal(38, 9)
) ENGINE = MergeTree ORDER BY (payer_account_id, booked_at, posting_id, entry)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Below what a prepaid payer's balance is low: an amount such as 10.00, or a percentage of what was last put in, such as 20%; '' = the setting.
CREATE TABLE IF NOT EXISTS balance_threshold (
  fence UInt64,
  account_id String,
  version UInt64,
  low String,
  changed_at DateTime64(3, 'UTC'),
  changed_by String
) ENGINE = MergeTree ORDER BY (account_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Each turn of a prepaid balance: low, empty, and enough once it is above both again. run_seq: the rating it was first seen after.
CREATE TABLE IF NOT EXISTS balance_notice (
  fence UInt64,
  notice_id String,
  payer_account_id String,
  currency LowCardinality(String),
  turn UInt32,
  state LowCardinality(String),
  balance Decimal(38, 9),
  low_amount Decimal(38, 9),
  run_seq UInt64,
  noticed_at DateTime64(3, 'UTC')
) ENGINE = MergeTree ORDER BY (payer_account_id, currency, turn)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Files of exports: asked for, written under a temporary name, complete with rows and checksum, or failed with why.
CREATE TABLE IF NOT EXISTS export_file (
  export_id String,
  version UInt64,
  kind LowCardinality(String),
  format LowCardinality(String),
  body String,
  state LowCardinality(String),
  file String,
  rows UInt64,
  bytes UInt64,
  sha256 String,
  error String,
  changed_at DateTime64(3, 'UTC'),
  changed_by String
) ENGINE = MergeTree ORDER BY (export_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Scratch of exports while they are written: the documents and lines of the month, each line with what its rows share, and months as accounts
-- lived them. Each export has its own rows, by its id, since several processes may export at once.
CREATE TABLE IF NOT EXISTS scratch_export_document (
  export_id String,
  run_seq UInt64,
  statement_id String,
  is_later UInt8,
  corrects String,
  number String,
  payer_account_id String,
  currency String,
  issued_on String,
  due_on String,
  issuer String,
  purchase_order String,
  net Decimal(38, 9),
  total Decimal(38, 9),
  reverses String
) ENGINE = Memory;

CREATE TABLE IF NOT EXISTS scratch_export_line (
  export_id String,
  run_seq UInt64,
  statement_id String,
  is_later UInt8,
  corrects String,
  payer_account_id String,
  currency String,
  line UInt32,
  account_id String,
  line_kind String,
  charged_as String,
  usage_type UInt16,
  tariff_id String,
  tariff_version UInt64,
  component String,
  tier UInt16,
  description String,
  quantity Int256,
  unit String,
  unit_base Int256,
  unit_price Decimal(38, 12),
  scope String,
  rate_card_id String,
  charge_id String,
  charge_version UInt64,
  of_line UInt32,
  threshold Decimal(38, 9),
  days UInt16,
  of_days UInt16,
  adjusts_period String,
  adjusts_line UInt32,
  exact Int256,
  rounded Int256,
  given Int256,
  of_rows Int256,
  service String,
  service_category String,
  subcategory String,
  sku String,
  by_offering UInt8,
  meter String,
  resource_type String,
  noun String,
  consumed_unit String,
  consumed_base Int256,
  card String,
  model String,
  pooled UInt8,
  size String,
  cuts Array(Int64)
) ENGINE = Memory;

CREATE TABLE IF NOT EXISTS scratch_export_month (
  export_id String,
  account_id String,
  name String,
  month String,
  starts DateTime64(3, 'UTC'),
  ends DateTime64(3, 'UTC')
) ENGINE = Memory;

-- Whom facts are told to over HTTP. secret is written once and shown once.
-- Whom facts are told to over HTTP. facts: empty = all. secret is shown once; former_secret signs beside it until former_until, so that a receiver can
-- change over. state: active, or revoked (for good).
CREATE TABLE IF NOT EXISTS webhook (
  fence UInt64,
  webhook_id String,
  version UInt64,
  url String,
  facts Array(String),
  secret String,
  former_secret String,
  former_until DateTime64(3, 'UTC'),
  state LowCardinality(String),
  created_at DateTime64(3, 'UTC'),
  changed_at DateTime64(3, 'UTC'),
  changed_by String
) ENGINE = MergeTree ORDER BY (webhook_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- A fact to be told to somebody: its id is made from both, so it is told once. recipient: a webhook's id, or a mail address. body: JSON as it is
-- sent. language: of mail.
CREATE TABLE IF NOT EXISTS notification (
  fence UInt64,
  notification_id String,
  fact LowCardinality(String),
  subject String,
  channel LowCardinality(String),
  recipient String,
  language LowCardinality(String),
  body String,
  created_at DateTime64(3, 'UTC')
) ENGINE = MergeTree ORDER BY notification_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Each try to tell it, a row a step: asked (by an operator), sending (written before anything is sent), then what came of it. next_at = when it is
-- tried again; of sending: until when its sender may take.
CREATE TABLE IF NOT EXISTS delivery_attempt (
  fence UInt64,
  notification_id String,
  attempt UInt16,
  step UInt8,
  state LowCardinality(String),
  answer String,
  at DateTime64(3, 'UTC'),
  next_at DateTime64(3, 'UTC'),
  by String
) ENGINE = MergeTree ORDER BY (notification_id, attempt, step)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

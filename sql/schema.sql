-- The schema after all migrations and views, written by `npm run schema`; a test holds it to them. Not to be edited.

CREATE TABLE account
(
    `account_id` String,
    `version` UInt64,
    `name` String,
    `kind` LowCardinality(String),
    `domain` String,
    `payer_account_id` String,
    `currency` LowCardinality(String),
    `time_zone` LowCardinality(String),
    `payment` LowCardinality(String),
    `rate_card_id` String,
    `state` LowCardinality(String),
    `changed_at` DateTime64(3, 'UTC'),
    `changed_by` String
)
ENGINE = MergeTree
ORDER BY (account_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8192;

CREATE TABLE account_zone
(
    `run_seq` UInt64,
    `account_id` String,
    `time_zone` LowCardinality(String)
)
ENGINE = MergeTree
ORDER BY (account_id, run_seq)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8192;

CREATE TABLE api_key
(
    `key_id` String,
    `version` UInt64,
    `name` String,
    `role` LowCardinality(String),
    `token_sha256` String,
    `state` LowCardinality(String),
    `changed_at` DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (key_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8192;

CREATE TABLE billing_record
(
    `run_seq` UInt64,
    `period` LowCardinality(String),
    `payer_account_id` LowCardinality(String),
    `account_id` LowCardinality(String),
    `usage_record_id` UInt128,
    `usage_type` UInt16,
    `resource` String,
    `part` String,
    `shape` UInt128,
    `window_start` DateTime64(3, 'UTC'),
    `window_end` DateTime64(3, 'UTC'),
    `part_start` DateTime64(3, 'UTC'),
    `tariff_id` LowCardinality(String),
    `tariff_version` UInt64,
    `component` LowCardinality(String),
    `tier` UInt16,
    `currency` LowCardinality(String),
    `unit` LowCardinality(String),
    `quantity` Int256,
    `from_quantity` Int256,
    `to_quantity` Int256,
    `price_from` Decimal(38, 9),
    `price_to` Decimal(38, 9),
    `amount` Decimal(38, 9),
    `state` LowCardinality(String)
)
ENGINE = MergeTree
PARTITION BY (period, run_seq)
ORDER BY (account_id, tariff_id, usage_type, window_start, usage_record_id, part_start, tier)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8192;

CREATE TABLE catalogue_entry
(
    `kind` LowCardinality(String),
    `id` String,
    `version` UInt64,
    `name` String,
    `attributes` String,
    `changed_at` DateTime64(3, 'UTC'),
    `changed_by` String
)
ENGINE = MergeTree
ORDER BY (kind, id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8192;

CREATE TABLE checkpoint
(
    `at` DateTime64(3, 'UTC'),
    `run_seq` UInt64
)
ENGINE = MergeTree
ORDER BY (at, run_seq)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8192;

CREATE TABLE event
(
    `log_id` LowCardinality(String),
    `log_partition` UInt32,
    `log_offset` UInt64,
    `source` LowCardinality(String),
    `id` String,
    `sequence` Int64,
    `type` LowCardinality(String),
    `subject` String,
    `occurred_at` DateTime64(3, 'UTC'),
    `recorded_at` DateTime64(3, 'UTC'),
    `account_id` LowCardinality(String),
    `account` LowCardinality(String),
    `domain` LowCardinality(String),
    `project_id` LowCardinality(String),
    `zone` LowCardinality(String),
    `resource` String,
    `part` String,
    `name` String,
    `offering` LowCardinality(String),
    `template` LowCardinality(String),
    `resource_type` LowCardinality(String),
    `vm` String,
    `size` Int64,
    `virtual_size` Int64,
    `details` String,
    `tags` String,
    `extensions` String,
    `id_hash` UInt128 MATERIALIZED reinterpretAsUInt128(sipHash128(source, id)),
    `k` UInt64 MATERIALIZED sipHash64(resource),
    `shape` UInt128 MATERIALIZED reinterpretAsUInt128(sipHash128(project_id, zone, offering, template, resource_type, vm, size, virtual_size, details, tags)),
    `content_hash` UInt128 MATERIALIZED reinterpretAsUInt128(sipHash128(sequence, type, subject, occurred_at, account_id, account, domain, resource, part, name, extensions, shape)),
    INDEX position log_offset TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (toDate(occurred_at), k, resource, occurred_at, log_partition, log_offset)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8192;

CREATE TABLE event_excluded
(
    `occurred_at` DateTime64(3, 'UTC'),
    `log_partition` UInt32,
    `log_offset` UInt64,
    `conflict` UInt8
)
ENGINE = ReplacingMergeTree
ORDER BY (toDate(occurred_at), log_partition, log_offset)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8192;

CREATE TABLE event_identity
(
    `id_hash` UInt128,
    `log_partition` UInt32,
    `log_offset` UInt64,
    `content_hash` UInt128,
    `occurred_at` DateTime64(3, 'UTC'),
    `k` UInt64
)
ENGINE = ReplacingMergeTree
ORDER BY (id_hash, log_partition, log_offset)
SETTINGS index_granularity = 1024, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE event_log
(
    `log_id` String,
    `created_at` DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY log_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8192;

CREATE TABLE event_log_commit
(
    `reader` LowCardinality(String),
    `log_partition` UInt32,
    `log_offset` UInt64
)
ENGINE = ReplacingMergeTree(log_offset)
ORDER BY (reader, log_partition)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8192;

CREATE TABLE job_run
(
    `job` String,
    `tick_at` DateTime64(3, 'UTC'),
    `done_at` DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (job, tick_at)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8192;

CREATE TABLE quarantine
(
    `quarantine_id` String,
    `raw` SimpleAggregateFunction(any, String),
    `origin` SimpleAggregateFunction(any, String),
    `source` SimpleAggregateFunction(any, String),
    `id` SimpleAggregateFunction(any, String),
    `field` SimpleAggregateFunction(any, String),
    `reason` SimpleAggregateFunction(any, String),
    `first_seen_at` SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
    `last_seen_at` SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    `times_seen` SimpleAggregateFunction(sum, UInt64),
    `replayed_at` SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY quarantine_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8192;

CREATE TABLE rate_card
(
    `rate_card_id` String,
    `version` UInt64,
    `name` String,
    `currency` LowCardinality(String),
    `changed_at` DateTime64(3, 'UTC'),
    `changed_by` String
)
ENGINE = MergeTree
ORDER BY (rate_card_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8192;

CREATE TABLE resource_name
(
    `account_id` LowCardinality(String),
    `resource` String,
    `part` String,
    `name` String,
    `occurred_at` DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(occurred_at)
ORDER BY (account_id, resource, part, name)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8192;

CREATE TABLE resource_state
(
    `at` DateTime64(3, 'UTC'),
    `run_seq` UInt64,
    `k` UInt64,
    `resource` String,
    `part` String,
    `usage_type` UInt16,
    `account_id` LowCardinality(String),
    `shape` UInt128,
    `size` Int64,
    `opened_at` DateTime64(3, 'UTC'),
    `opened_by` UInt64
)
ENGINE = MergeTree
PARTITION BY toYYYYMMDD(at)
ORDER BY (at, k, resource, part, usage_type)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8192;

CREATE TABLE resource_state_repair
(
    `at` DateTime64(3, 'UTC'),
    `k` UInt64,
    `run_seq` UInt64
)
ENGINE = MergeTree
ORDER BY (at, k, run_seq)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8192;

CREATE TABLE run
(
    `run_seq` UInt64,
    `step` UInt32,
    `run_id` String,
    `kind` LowCardinality(String),
    `state` LowCardinality(String),
    `period` String,
    `from_at` DateTime64(3, 'UTC'),
    `to_at` DateTime64(3, 'UTC'),
    `bound` String,
    `former_bound` String,
    `versions` String,
    `counts` String,
    `error` String,
    `changed_at` DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (run_seq, step)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8192;

CREATE TABLE run_touched
(
    `run_seq` UInt64,
    `k` UInt64,
    `from_at` DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (run_seq, k)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8192;

CREATE TABLE run_window
(
    `run_seq` UInt64,
    `time_zone` LowCardinality(String),
    `window_start` DateTime64(3, 'UTC'),
    `window_end` DateTime64(3, 'UTC'),
    `first` UInt8
)
ENGINE = MergeTree
ORDER BY (time_zone, window_start, run_seq)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8192;

CREATE TABLE schema_migration
(
    `version` UInt32,
    `name` String,
    `sha256` String,
    `applied_at` DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = MergeTree
ORDER BY version
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8192;

CREATE TABLE scratch_arrival
(
    `log_partition` UInt32,
    `log_offset` UInt64,
    `id_hash` UInt128,
    `content_hash` UInt128,
    `occurred_at` DateTime64(3, 'UTC'),
    `k` UInt64
)
ENGINE = Memory;

CREATE TABLE scratch_interval
(
    `k` UInt64,
    `resource` String,
    `part` String,
    `usage_type` UInt16,
    `account_id` LowCardinality(String),
    `shape` UInt128,
    `size` Int64,
    `from_ms` Int64,
    `to_ms` Int64,
    `opened_ms` Int64,
    `opened_by` UInt64,
    `closed_by` UInt64
)
ENGINE = Memory;

CREATE TABLE scratch_price
(
    `price_no` UInt32,
    `plan` UInt32,
    `usage_type` UInt16,
    `tariff_id` LowCardinality(String),
    `tariff_version` UInt64,
    `name` String,
    `component` LowCardinality(String),
    `unit` LowCardinality(String),
    `unit_base` Int256,
    `offerings` Array(String),
    `zones` Array(String),
    `valid_from_ms` Int64,
    `valid_to_ms` Int64,
    `cuts` Array(Int64),
    `lows` Array(Int256),
    `highs` Array(Int256),
    `rates` Array(Int256),
    `numerators` Array(Int256)
)
ENGINE = Memory;

CREATE TABLE scratch_rated_account
(
    `account_no` UInt32,
    `account_id` LowCardinality(String),
    `payer_account_id` LowCardinality(String),
    `currency` LowCardinality(String),
    `plan` UInt32,
    `start_at` DateTime64(3, 'UTC'),
    `end_at` DateTime64(3, 'UTC')
)
ENGINE = Memory;

CREATE TABLE scratch_record
(
    `run_seq` UInt64,
    `sign` Int8,
    `account_id` LowCardinality(String),
    `window_start` DateTime64(3, 'UTC'),
    `window_end` DateTime64(3, 'UTC'),
    `usage_type` UInt16,
    `resource` String,
    `part` String,
    `shape` UInt128,
    `quantity` Int256,
    `duration_ms` Int64,
    `slices` Int32,
    `first_at` DateTime64(3, 'UTC'),
    `last_at` DateTime64(3, 'UTC'),
    `opened_at` DateTime64(3, 'UTC'),
    `opened_by` UInt64,
    `closed_by` UInt64,
    `k` UInt64 MATERIALIZED sipHash64(resource)
)
ENGINE = Memory;

CREATE TABLE scratch_slice
(
    `run_seq` UInt64,
    `sign` Int8,
    `account_id` LowCardinality(String),
    `window_start` DateTime64(3, 'UTC'),
    `window_end` DateTime64(3, 'UTC'),
    `usage_type` UInt16,
    `resource` String,
    `part` String,
    `shape` UInt128,
    `from_at` DateTime64(3, 'UTC'),
    `to_at` DateTime64(3, 'UTC'),
    `quantity` Int256,
    `opened_at` DateTime64(3, 'UTC'),
    `opened_by` UInt64,
    `closed_by` UInt64,
    `k` UInt64 MATERIALIZED sipHash64(resource)
)
ENGINE = Memory;

CREATE TABLE setting
(
    `name` String,
    `version` UInt64,
    `value` String,
    `changed_at` DateTime64(3, 'UTC'),
    `changed_by` String
)
ENGINE = MergeTree
ORDER BY (name, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8192;

CREATE TABLE shape
(
    `shape` UInt128,
    `project_id` LowCardinality(String),
    `zone` LowCardinality(String),
    `offering` LowCardinality(String),
    `template` LowCardinality(String),
    `resource_type` LowCardinality(String),
    `vm` String,
    `size` Int64,
    `virtual_size` Int64,
    `details` String,
    `tags` String
)
ENGINE = ReplacingMergeTree
ORDER BY shape
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8192;

CREATE TABLE slice
(
    `run_seq` UInt64,
    `sign` Int8,
    `account_id` LowCardinality(String),
    `window_start` DateTime64(3, 'UTC'),
    `window_end` DateTime64(3, 'UTC'),
    `usage_type` UInt16,
    `resource` String,
    `part` String,
    `shape` UInt128,
    `from_at` DateTime64(3, 'UTC'),
    `to_at` DateTime64(3, 'UTC'),
    `quantity` Int256,
    `opened_at` DateTime64(3, 'UTC'),
    `opened_by` UInt64,
    `closed_by` UInt64,
    `k` UInt64 MATERIALIZED sipHash64(resource)
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(window_start)
ORDER BY (account_id, window_start, k, usage_type, resource, part, shape, from_at, run_seq)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8192;

CREATE TABLE statement_line
(
    `run_seq` UInt64,
    `period` LowCardinality(String),
    `payer_account_id` String,
    `currency` LowCardinality(String),
    `line` UInt32,
    `account_id` String,
    `kind` LowCardinality(String),
    `usage_type` UInt16,
    `tariff_id` String,
    `tariff_version` UInt64,
    `component` LowCardinality(String),
    `tier` UInt16,
    `description` String,
    `quantity` Int256,
    `unit` LowCardinality(String),
    `unit_base` Int256,
    `unit_price` Decimal(38, 12),
    `exact_amount` Decimal(38, 9),
    `amount` Decimal(38, 9),
    `rounding` Decimal(38, 9),
    `records` UInt64
)
ENGINE = MergeTree
PARTITION BY (period, run_seq)
ORDER BY (payer_account_id, line)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8192;

CREATE TABLE tariff
(
    `rate_card_id` String,
    `tariff_id` String,
    `version` UInt64,
    `name` String,
    `usage_type` UInt16,
    `component` LowCardinality(String),
    `currency` LowCardinality(String),
    `unit` LowCardinality(String),
    `model` LowCardinality(String),
    `tiers_up_to` Array(String),
    `tiers_rate` Array(String),
    `offerings` Array(String),
    `zones` Array(String),
    `valid_from` DateTime64(3, 'UTC'),
    `valid_to` DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (rate_card_id, version, tariff_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8192;

CREATE TABLE usage_record
(
    `run_seq` UInt64,
    `sign` Int8,
    `account_id` LowCardinality(String),
    `window_start` DateTime64(3, 'UTC'),
    `window_end` DateTime64(3, 'UTC'),
    `usage_type` UInt16,
    `resource` String,
    `part` String,
    `shape` UInt128,
    `quantity` Int256,
    `duration_ms` Int64,
    `slices` Int32,
    `first_at` DateTime64(3, 'UTC'),
    `last_at` DateTime64(3, 'UTC'),
    `opened_at` DateTime64(3, 'UTC'),
    `opened_by` UInt64,
    `closed_by` UInt64,
    `k` UInt64 MATERIALIZED sipHash64(resource)
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(window_start)
ORDER BY (account_id, window_start, k, usage_type, resource, part, shape, run_seq)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8192;

CREATE TABLE usage_type
(
    `registry_version` String,
    `usage_type` UInt16,
    `name` String,
    `description` String,
    `measure` LowCardinality(String),
    `unit` LowCardinality(String),
    `display_unit` LowCardinality(String)
)
ENGINE = ReplacingMergeTree
ORDER BY (registry_version, usage_type)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8192;

CREATE TABLE usage_type_effect
(
    `registry_version` String,
    `event_type` LowCardinality(String),
    `usage_type` UInt16,
    `effect` Int8
)
ENGINE = ReplacingMergeTree
ORDER BY (registry_version, event_type, usage_type)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8192;

CREATE VIEW accepted_arrival
AS SELECT *
FROM scratch_arrival
WHERE (log_partition, log_offset) NOT IN (
    SELECT
        log_partition,
        log_offset
    FROM event_excluded
    WHERE (log_offset >= {from_offset:UInt64}) AND (log_offset <= {to_offset:UInt64})
);

CREATE VIEW account_of_zone
AS SELECT account_id
FROM zone_of_account(run_seq = {run_seq:UInt64})
WHERE time_zone = {zone:String};

CREATE VIEW card_tariff
(
    `rate_card_id` String,
    `tariff_id` String,
    `version` UInt64,
    `name` String,
    `usage_type` UInt16,
    `component` LowCardinality(String),
    `currency` LowCardinality(String),
    `unit` LowCardinality(String),
    `model` LowCardinality(String),
    `tiers_up_to` Array(String),
    `tiers_rate` Array(String),
    `offerings` Array(String),
    `zones` Array(String),
    `valid_from` DateTime64(3, 'UTC'),
    `valid_to` DateTime64(3, 'UTC')
)
AS SELECT *
FROM tariff
WHERE (rate_card_id, version) IN (
    SELECT
        rate_card_id,
        version
    FROM current_rate_card
);

CREATE VIEW current_account
(
    `account_id` String,
    `version` UInt64,
    `name` String,
    `kind` LowCardinality(String),
    `domain` String,
    `payer_account_id` String,
    `currency` LowCardinality(String),
    `time_zone` LowCardinality(String),
    `payment` LowCardinality(String),
    `rate_card_id` String,
    `state` LowCardinality(String),
    `changed_at` DateTime64(3, 'UTC'),
    `changed_by` String
)
AS SELECT *
FROM account
ORDER BY
    account_id ASC,
    version DESC
LIMIT 1 BY account_id;

CREATE VIEW current_api_key
(
    `key_id` String,
    `version` UInt64,
    `name` String,
    `role` LowCardinality(String),
    `token_sha256` String,
    `state` LowCardinality(String),
    `changed_at` DateTime64(3, 'UTC')
)
AS SELECT *
FROM api_key
ORDER BY
    key_id ASC,
    version DESC
LIMIT 1 BY key_id;

CREATE VIEW current_catalogue
(
    `kind` LowCardinality(String),
    `id` String,
    `version` UInt64,
    `name` String,
    `attributes` String,
    `changed_at` DateTime64(3, 'UTC'),
    `changed_by` String
)
AS SELECT *
FROM catalogue_entry
ORDER BY
    kind ASC,
    id ASC,
    version DESC
LIMIT 1 BY
    kind,
    id;

CREATE VIEW current_rate_card
(
    `rate_card_id` String,
    `version` UInt64,
    `name` String,
    `currency` LowCardinality(String),
    `changed_at` DateTime64(3, 'UTC'),
    `changed_by` String
)
AS SELECT *
FROM rate_card
ORDER BY
    rate_card_id ASC,
    version DESC
LIMIT 1 BY rate_card_id;

CREATE VIEW current_rating
(
    `period` String,
    `rating_seq` UInt64
)
AS SELECT
    period,
    max(run_seq) AS rating_seq
FROM published_run
WHERE kind = 'rate'
GROUP BY period;

CREATE VIEW current_run
(
    `run_seq` UInt64,
    `step` UInt32,
    `run_id` String,
    `kind` LowCardinality(String),
    `state` LowCardinality(String),
    `period` String,
    `from_at` DateTime64(3, 'UTC'),
    `to_at` DateTime64(3, 'UTC'),
    `bound` String,
    `former_bound` String,
    `versions` String,
    `counts` String,
    `error` String,
    `changed_at` DateTime64(3, 'UTC')
)
AS SELECT *
FROM run
ORDER BY
    run_seq ASC,
    step DESC
LIMIT 1 BY run_seq;

CREATE VIEW current_setting
(
    `name` String,
    `version` UInt64,
    `value` String,
    `changed_at` DateTime64(3, 'UTC'),
    `changed_by` String
)
AS SELECT *
FROM setting
ORDER BY
    name ASC,
    version DESC
LIMIT 1 BY name;

CREATE VIEW cut_slice
AS SELECT
    sign,
    account_id,
    usage_type,
    resource,
    part,
    shape,
    window_start,
    window_end,
    quantity,
    toUnixTimestamp64Milli(from_at) AS slice_from_ms,
    toUnixTimestamp64Milli(to_at) AS slice_to_ms
FROM published_slice(as_of = {as_of:UInt64})
WHERE (window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')) AND (window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')) AND arrayExists(cut -> ((cut > toUnixTimestamp64Milli(window_start)) AND (cut < toUnixTimestamp64Milli(window_end))), {cuts:Array(Int64)})
UNION ALL
SELECT
    sign,
    account_id,
    usage_type,
    resource,
    part,
    shape,
    window_start,
    window_end,
    quantity,
    toUnixTimestamp64Milli(first_at),
    toUnixTimestamp64Milli(last_at)
FROM published_usage(as_of = {as_of:UInt64})
WHERE (window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')) AND (window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')) AND (abs(slices) = 1) AND arrayExists(cut -> ((cut > toUnixTimestamp64Milli(window_start)) AND (cut < toUnixTimestamp64Milli(window_end))), {cuts:Array(Int64)});

CREATE VIEW identified_usage
AS SELECT
    sign,
    account_id,
    usage_type,
    resource,
    part,
    shape,
    window_start,
    window_end,
    quantity,
    duration_ms,
    slices,
    first_at,
    last_at,
    reinterpretAsUInt128(sipHash128(concat(reinterpretAsFixedString(toUInt32(length(account_id))), reinterpretAsFixedString(toUInt32(length(resource))), reinterpretAsFixedString(usage_type), reinterpretAsFixedString(shape), reinterpretAsFixedString(toUnixTimestamp64Milli(window_start)), reinterpretAsFixedString(toUnixTimestamp64Milli(window_end)), account_id, resource, part))) AS usage_record_id
FROM published_usage(as_of = {as_of:UInt64})
WHERE (window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')) AND (window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC'));

CREATE VIEW interval
AS WITH
    stories AS
    (
        SELECT
            any(k) AS k,
            resource,
            part,
            usage_type,
            arraySort(groupArray((t, rank, sequenced_by, sequence, effect, source, id, CAST(account_id, 'String'), shape, size, opened_ms, opened_by))) AS steps
        FROM transition(from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, bound_partitions = {bound_partitions:Array(UInt32)}, bound_offsets = {bound_offsets:Array(Int64)}, registry_version = {registry_version:String}, run_seq = {run_seq:UInt64}, touched_by = {touched_by:UInt64})
        GROUP BY
            resource,
            part,
            usage_type
    ),
    folded AS
    (
        SELECT
            k,
            resource,
            part,
            usage_type,
            steps,
            (arrayFold((held, step) -> multiIf(((step.5) = 0) AND ((held.1) = 1) AND ((held.2) = (step.8)), (toUInt8(0), step.8, step.9, arrayPushBack(held.4, toUInt8(1))), ((step.5) = 0) OR (((step.5) = 2) AND ((held.1) = 0)) OR (((held.1) = 1) AND ((held.2) = (step.8)) AND ((held.3) = (step.9))), (held.1, held.2, held.3, arrayPushBack(held.4, toUInt8(0))), (toUInt8(1), step.8, step.9, arrayPushBack(held.4, toUInt8(1)))), steps, (toUInt8(0), '', toUInt128(0), emptyArrayUInt8()))).4 AS turns
        FROM stories
    ),
    turning AS
    (
        SELECT
            k,
            resource,
            part,
            usage_type,
            arrayFilter((step, turn) -> turn, steps, turns) AS kept,
            arrayPushBack(arrayPopFront(kept.1), toInt64(4611686018427387904)) AS ends,
            arrayPushBack(arrayPopFront(kept.12), toUInt64(0)) AS enders
        FROM folded
        WHERE has(turns, 1)
    )
SELECT
    k,
    resource,
    part,
    usage_type,
    turn.8 AS account_id,
    turn.9 AS shape,
    turn.10 AS size,
    turn.1 AS from_ms,
    next_t AS to_ms,
    turn.11 AS opened_ms,
    turn.12 AS opened_by,
    next_by AS closed_by
FROM turning
ARRAY JOIN
    kept AS turn,
    ends AS next_t,
    enders AS next_by
WHERE ((turn.5) != 0) AND (next_t > (turn.1));

CREATE VIEW metered_event
AS SELECT
    event.k AS k,
    event.resource AS resource,
    event.part AS part,
    effects.usage_type AS usage_type,
    effects.effect AS effect,
    toUnixTimestamp64Milli(event.occurred_at) AS t,
    event.sequence AS sequence,
    event.source AS source,
    event.id AS id,
    event.account_id AS account_id,
    event.shape AS shape,
    event.size AS size,
    reinterpretAsUInt64(event.id_hash) AS event_ref
FROM event
INNER JOIN
(
    SELECT DISTINCT
        event_type,
        usage_type,
        effect
    FROM usage_type_effect
    WHERE registry_version = {registry_version:String}
) AS effects ON effects.event_type = event.type
WHERE (toDate(event.occurred_at) >= toDate(fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC'))) AND (toDate(event.occurred_at) <= toDate(fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC'))) AND (event.occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')) AND (event.occurred_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')) AND ((event.k >= {k_from:UInt64}) AND (event.k <= {k_to:UInt64})) AND (toInt64(event.log_offset) <= transform(event.log_partition, {bound_partitions:Array(UInt32)}, {bound_offsets:Array(Int64)}, toInt64(-1))) AND (({touched_by:UInt64} = 0) OR (event.k IN (
    SELECT k
    FROM run_touched
    WHERE run_seq = {touched_by:UInt64}
))) AND ((event.log_partition, event.log_offset) NOT IN (
    SELECT
        log_partition,
        log_offset
    FROM event_excluded
    WHERE (toDate(occurred_at) >= toDate(fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC'))) AND (occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')) AND (occurred_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC'))
));

CREATE VIEW open_state
AS SELECT
    k,
    resource,
    part,
    usage_type,
    account_id,
    shape,
    size,
    toUnixTimestamp64Milli(opened_at) AS opened_ms,
    opened_by
FROM resource_state
WHERE (at = fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')) AND ((k >= {k_from:UInt64}) AND (k <= {k_to:UInt64})) AND (({touched_by:UInt64} = 0) OR (k IN (
    SELECT k
    FROM run_touched
    WHERE run_seq = {touched_by:UInt64}
))) AND (((run_seq IN (
    SELECT max(run_seq)
    FROM checkpoint
    WHERE (at = fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')) AND ((run_seq = {run_seq:UInt64}) OR (run_seq IN (
        SELECT run_seq
        FROM published_run
    )))
)) AND (k NOT IN (
    SELECT k
    FROM resource_state_repair
    WHERE (at = fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')) AND ((run_seq = {run_seq:UInt64}) OR (run_seq IN (
        SELECT run_seq
        FROM published_run
    )))
))) OR ((k, run_seq) IN (
    SELECT
        k,
        max(run_seq)
    FROM resource_state_repair
    WHERE (at = fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')) AND ((run_seq = {run_seq:UInt64}) OR (run_seq IN (
        SELECT run_seq
        FROM published_run
    )))
    GROUP BY k
)));

CREATE VIEW published_run
(
    `run_seq` UInt64,
    `kind` LowCardinality(String),
    `period` String
)
AS SELECT
    run_seq,
    kind,
    period
FROM run
WHERE (state = 'published') AND (run_seq NOT IN (
    SELECT run_seq
    FROM run
    WHERE state = 'failed'
));

CREATE VIEW published_slice
AS SELECT *
FROM slice
WHERE run_seq IN (
    SELECT run_seq
    FROM published_run
    WHERE (kind = 'aggregate') AND (run_seq <= {as_of:UInt64})
);

CREATE VIEW published_usage
AS SELECT *
FROM usage_record
WHERE run_seq IN (
    SELECT run_seq
    FROM published_run
    WHERE (kind = 'aggregate') AND (run_seq <= {as_of:UInt64})
);

CREATE VIEW published_window
(
    `time_zone` LowCardinality(String),
    `window_start` DateTime64(3, 'UTC'),
    `window_end` DateTime64(3, 'UTC'),
    `run_seq` UInt64,
    `first` UInt8
)
AS SELECT
    time_zone,
    window_start,
    window_end,
    run_seq,
    first
FROM run_window
WHERE run_seq IN (
    SELECT run_seq
    FROM published_run
    WHERE kind = 'aggregate'
);

CREATE VIEW rated_account
AS SELECT
    used.account_id AS account_id,
    if(account.payer_account_id = '', toString(used.account_id), account.payer_account_id) AS payer_account_id,
    if(payer.currency = '', {default_currency:String}, toString(payer.currency)) AS currency,
    if(account.time_zone = '', {default_zone:String}, toString(account.time_zone)) AS time_zone,
    if(account.rate_card_id = '', {default_card:String}, account.rate_card_id) AS rate_card_id
FROM
(
    SELECT DISTINCT account_id
    FROM published_usage(as_of = {as_of:UInt64})
    WHERE (window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')) AND (window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC'))
) AS used
LEFT JOIN current_account AS account ON account.account_id = used.account_id
LEFT JOIN current_account AS payer ON payer.account_id = if(account.payer_account_id = '', toString(used.account_id), account.payer_account_id)
WHERE account.kind != 'system';

CREATE VIEW touched_record
AS SELECT
    account_id,
    start_ms,
    end_ms,
    usage_type,
    resource,
    part,
    shape,
    sum(slice_quantity) AS quantity,
    sum(slice_ms) AS duration_ms,
    toInt32(count()) AS slices,
    min(slice_from_ms) AS first_ms,
    max(slice_to_ms) AS last_ms,
    argMin(opened_ms, slice_from_ms) AS opened_ms,
    argMin(opened_by, slice_from_ms) AS opened_by,
    argMax(slice_closed_by, slice_to_ms) AS closed_by
FROM window_slice(edges = {edges:Array(Int64)}, zone = {zone:String}, run_seq = {run_seq:UInt64}, capacity_types = {capacity_types:Array(UInt16)})
GROUP BY
    account_id,
    usage_type,
    resource,
    part,
    shape,
    start_ms,
    end_ms;

CREATE VIEW transition
AS SELECT
    k,
    resource,
    part,
    usage_type,
    toInt8(1) AS effect,
    {from_ms:Int64} AS t,
    toInt8(0) AS rank,
    '' AS sequenced_by,
    toInt64(-1) AS sequence,
    '' AS source,
    '' AS id,
    account_id,
    shape,
    size,
    opened_ms,
    opened_by
FROM open_state(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, run_seq = {run_seq:UInt64}, touched_by = {touched_by:UInt64})
WHERE ({touched_by:UInt64} != 0) OR (k IN (
    SELECT k
    FROM metered_event(from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, bound_partitions = {bound_partitions:Array(UInt32)}, bound_offsets = {bound_offsets:Array(Int64)}, registry_version = {registry_version:String}, touched_by = {touched_by:UInt64})
))
UNION ALL
SELECT
    k,
    resource,
    part,
    usage_type,
    effect,
    t,
    toInt8(if(sequence >= 0, 1, 2)) AS rank,
    CAST(if(sequence >= 0, source, ''), 'String') AS sequenced_by,
    sequence,
    CAST(source, 'String') AS source,
    id,
    account_id,
    shape,
    size,
    t AS opened_ms,
    event_ref AS opened_by
FROM metered_event(from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, bound_partitions = {bound_partitions:Array(UInt32)}, bound_offsets = {bound_offsets:Array(Int64)}, registry_version = {registry_version:String}, touched_by = {touched_by:UInt64});

CREATE VIEW untouched_state
AS SELECT *
FROM open_state(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, run_seq = {run_seq:UInt64}, touched_by = 0)
WHERE k NOT IN (
    SELECT k
    FROM metered_event(from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, bound_partitions = {bound_partitions:Array(UInt32)}, bound_offsets = {bound_offsets:Array(Int64)}, registry_version = {registry_version:String}, touched_by = 0)
);

CREATE VIEW usage_part
AS SELECT
    account_id,
    usage_type,
    resource,
    part,
    shape,
    window_start,
    window_end,
    usage_record_id,
    window_start AS part_start,
    quantity
FROM usage_truth(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64})
WHERE NOT arrayExists(cut -> ((cut > toUnixTimestamp64Milli(window_start)) AND (cut < toUnixTimestamp64Milli(window_end))), {cuts:Array(Int64)})
UNION ALL
SELECT
    account_id,
    usage_type,
    resource,
    part,
    shape,
    window_start,
    window_end,
    reinterpretAsUInt128(sipHash128(concat(reinterpretAsFixedString(toUInt32(length(account_id))), reinterpretAsFixedString(toUInt32(length(resource))), reinterpretAsFixedString(usage_type), reinterpretAsFixedString(shape), reinterpretAsFixedString(toUnixTimestamp64Milli(window_start)), reinterpretAsFixedString(toUnixTimestamp64Milli(window_end)), account_id, resource, part))) AS usage_record_id,
    fromUnixTimestamp64Milli(edge.1, 'UTC') AS part_start,
    sum(intDiv(quantity, slice_to_ms - slice_from_ms) * (least(slice_to_ms, edge.2) - greatest(slice_from_ms, edge.1))) AS quantity
FROM
(
    SELECT
        *,
        arrayFilter(cut -> ((cut > toUnixTimestamp64Milli(window_start)) AND (cut < toUnixTimestamp64Milli(window_end))), own_cuts) AS inside,
        arrayZip(arrayConcat([toUnixTimestamp64Milli(window_start)], inside), arrayConcat(inside, [toUnixTimestamp64Milli(window_end)])) AS segments
    FROM cut_slice(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, cuts = {cuts:Array(Int64)})
    LEFT JOIN
    (
        SELECT
            account.account_id AS owner,
            price.usage_type AS priced_type,
            any(price.cuts) AS own_cuts
        FROM scratch_rated_account AS account
        INNER JOIN scratch_price AS price ON price.plan = account.plan
        GROUP BY
            owner,
            priced_type
    ) AS priced ON (owner = account_id) AND (priced_type = usage_type)
)
ARRAY JOIN segments AS edge
WHERE (slice_from_ms < (edge.2)) AND (slice_to_ms > (edge.1))
GROUP BY
    account_id,
    usage_type,
    resource,
    part,
    shape,
    window_start,
    window_end,
    edge
HAVING sum(sign) > 0;

CREATE VIEW usage_truth
AS SELECT
    account_id,
    usage_type,
    resource,
    part,
    shape,
    window_start,
    window_end,
    usage_record_id,
    quantity,
    duration_ms
FROM identified_usage(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64})
WHERE usage_record_id NOT IN (
    SELECT usage_record_id
    FROM identified_usage(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64})
    WHERE sign = -1
)
UNION ALL
SELECT
    account_id,
    usage_type,
    resource,
    part,
    shape,
    window_start,
    window_end,
    usage_record_id,
    sum(quantity) AS quantity,
    sum(duration_ms) AS duration_ms
FROM identified_usage(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64})
WHERE ((account_id, window_start) IN (
    SELECT
        account_id,
        window_start
    FROM published_usage(as_of = {as_of:UInt64})
    WHERE (sign = -1) AND (window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')) AND (window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC'))
)) AND (usage_record_id IN (
    SELECT usage_record_id
    FROM identified_usage(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64})
    WHERE sign = -1
))
GROUP BY
    account_id,
    usage_type,
    resource,
    part,
    shape,
    window_start,
    window_end,
    usage_record_id
HAVING sum(sign) > 0;

CREATE VIEW window_slice
AS SELECT
    account_id,
    usage_type,
    resource,
    part,
    shape,
    opened_ms,
    opened_by,
    reinterpretAsUInt128(sipHash128(account_id, usage_type, resource, part, shape, start_ms)) AS record_hash,
    {edges:Array(Int64)}[w] AS start_ms,
    {edges:Array(Int64)}[w + 1] AS end_ms,
    greatest(from_ms, start_ms) AS slice_from_ms,
    least(to_ms, end_ms) AS slice_to_ms,
    if(to_ms < end_ms, closed_by, toUInt64(0)) AS slice_closed_by,
    slice_to_ms - slice_from_ms AS slice_ms,
    if((usage_type IN ({capacity_types:Array(UInt16)})), toInt256(slice_ms) * greatest(size, 0), toInt256(slice_ms)) AS slice_quantity
FROM
(
    SELECT
        *,
        toUInt32(transform(roundDown(greatest(from_ms, {edges:Array(Int64)}[1]), {edges:Array(Int64)}), {edges:Array(Int64)}, arrayEnumerate({edges:Array(Int64)}), toUInt32(0))) AS first_w,
        toUInt32(transform(roundDown(least(to_ms, {edges:Array(Int64)}[-1]) - 1, {edges:Array(Int64)}), {edges:Array(Int64)}, arrayEnumerate({edges:Array(Int64)}), toUInt32(0))) AS last_w
    FROM scratch_interval
    WHERE (from_ms < ({edges:Array(Int64)}[-1])) AND (to_ms > ({edges:Array(Int64)}[1])) AND (account_id IN (
        SELECT account_id
        FROM account_of_zone(zone = {zone:String}, run_seq = {run_seq:UInt64})
    ))
)
ARRAY JOIN range(first_w, last_w + 1) AS w;

CREATE VIEW zone_of_account
AS SELECT
    account_id,
    argMax(account_zone.time_zone, account_zone.run_seq) AS time_zone
FROM account_zone
WHERE (account_zone.run_seq = {run_seq:UInt64}) OR (account_zone.run_seq IN (
    SELECT run_seq
    FROM published_run
))
GROUP BY account_id;

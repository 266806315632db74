-- Conditions of tariffs while a rating run works, and rate cards with versions that have states and validity.

-- Scratch of the one rating run that holds the lease. condition_no: from 1, in the order of the texts.
CREATE TABLE IF NOT EXISTS scratch_condition (
  condition_no UInt32,
  condition String
) ENGINE = Memory;

-- Which condition each shape matches; what matches none has no row.
CREATE TABLE IF NOT EXISTS scratch_condition_match (
  shape UInt128,
  condition_no UInt32
) ENGINE = Memory;

-- Shapes that match the same conditions are one class, from 1; a shape without a row matches none: class 0.
CREATE TABLE IF NOT EXISTS scratch_shape_class (
  shape UInt128,
  class UInt64
) ENGINE = Memory;

-- Which conditions the shapes of a class match. Condition 0, which matches every record, has a row for every class, 0 among them.
CREATE TABLE IF NOT EXISTS scratch_class_condition (
  class UInt64,
  condition_no UInt32
) ENGINE = Memory;

-- One row per version of a card and change of its state: all of it, its tariffs as JSON (rating/tariff.ts), so
-- that a version is there whole or not at all. revision: counts all writes to the card; of a version the highest counts.
-- A version prices [valid_from, valid_to) as far as no later one does; drafts price nothing. valid_to 2299-12-31 = open.
ALTER TABLE rate_card ADD COLUMN IF NOT EXISTS revision UInt64 DEFAULT 0;
ALTER TABLE rate_card ADD COLUMN IF NOT EXISTS state LowCardinality(String) DEFAULT 'active';
ALTER TABLE rate_card ADD COLUMN IF NOT EXISTS valid_from DateTime64(3, 'UTC') DEFAULT toDateTime64(0, 3, 'UTC');
ALTER TABLE rate_card ADD COLUMN IF NOT EXISTS valid_to DateTime64(3, 'UTC') DEFAULT toDateTime64('2299-12-31 00:00:00', 3, 'UTC');
ALTER TABLE rate_card ADD COLUMN IF NOT EXISTS tariffs String DEFAULT '[]';

-- Cards written before: their tariffs were rows of table tariff, which nothing reads any more.
INSERT INTO rate_card (rate_card_id, version, revision, name, currency, tariffs, changed_at, changed_by)
SELECT rate_card_id, version, version, name, currency,
  concat('[', arrayStringConcat(arraySort(groupArray(definition)), ','), ']'), changed_at, changed_by
FROM (
  SELECT card.rate_card_id AS rate_card_id, card.version AS version, card.name AS name, card.currency AS currency,
    card.changed_at AS changed_at, card.changed_by AS changed_by,
    concat(if(empty(tariff.offerings), '', concat('offering in ', toJSONString(tariff.offerings))),
      if(empty(tariff.offerings) OR empty(tariff.zones), '', ' && '),
      if(empty(tariff.zones), '', concat('zone in ', toJSONString(tariff.zones)))) AS condition,
    if(tariff.model = 'graduated',
      concat('"tiers":[', arrayStringConcat(arrayMap((up_to, rate) ->
        concat('{"up_to":', if(up_to = '', 'null', toJSONString(up_to)), ',"rate":', toJSONString(rate), '}'), tariff.tiers_up_to, tariff.tiers_rate), ','), ']'),
      concat('"rate":', toJSONString(tariff.tiers_rate[1]))) AS price,
    concat('{"tariff_id":', toJSONString(tariff.tariff_id), ',"name":', toJSONString(tariff.name),
      ',"usage_type":', toString(tariff.usage_type), ',"component":', toJSONString(toString(tariff.component)),
      ',"currency":', toJSONString(toString(tariff.currency)), ',"unit":', toJSONString(toString(tariff.unit)),
      ',"condition":', toJSONString(condition), ',"model":', toJSONString(toString(tariff.model)), ',', price,
      ',"included":"0","pooled":false',
      ',"valid_from":"', replaceOne(toString(tariff.valid_from), ' ', 'T'), 'Z"',
      ',"valid_to":', if(tariff.valid_to >= toDateTime64('2299-12-31 00:00:00', 3, 'UTC'), 'null', concat('"', replaceOne(toString(tariff.valid_to), ' ', 'T'), 'Z"')), '}') AS definition
  FROM rate_card AS card
  INNER JOIN tariff ON tariff.rate_card_id = card.rate_card_id AND tariff.version = card.version
  WHERE (card.rate_card_id, card.version) NOT IN (SELECT rate_card_id, version FROM rate_card WHERE revision > 0)
)
GROUP BY rate_card_id, version, name, currency, changed_at, changed_by;

DROP VIEW IF EXISTS card_tariff;
DROP VIEW IF EXISTS current_rate_card;

-- Which card an account or a domain (path such as ROOT/acme, with all below it) is on, from a month of the account's own on.
-- rate_card_id '' = what is inherited; override_card_id: a card laid over it, '' = none. Of one month the highest revision counts.
CREATE TABLE IF NOT EXISTS rate_card_assignment (
  fence UInt64,
  kind LowCardinality(String),
  id String,
  valid_from String,
  revision UInt64,
  rate_card_id String,
  override_card_id String,
  changed_at DateTime64(3, 'UTC'),
  changed_by String
) ENGINE = MergeTree ORDER BY (kind, id, valid_from, revision)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Scratch of the one rating run that holds the lease: the cards each account is on in its period, from the lowest layer up, parted by a blank.
CREATE TABLE IF NOT EXISTS scratch_account_card (
  account_id String,
  rate_card_id String
) ENGINE = Memory;

-- Which price of its run a record is by (scratch_price), 0 = none: a tariff may have several, one after the other, and sums are checked by each.
ALTER TABLE billing_record ADD COLUMN IF NOT EXISTS price_no UInt32;

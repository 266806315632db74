-- What exports stand on. An export first lays out (scratch_export_…, by its id) the documents and lines of the month and the months of accounts:
-- what follows would otherwise be planned, and read, over and over. payer: '' = all; part, parts: of so many parts by a hash of the payer that one, from 0.

-- num / den (den > 0) to a whole number, half away from zero; branches that are not taken may be worked out with den 0.
CREATE OR REPLACE FUNCTION half_away AS (num, den) -> if(num < 0, toInt256(-1), toInt256(1)) * intDivOrZero(2 * toInt256(abs(num)) + den, 2 * den);
-- Whole numbers of 10^-9, 10^-12 and 10^-18 as decimals; too large a one is an error, never a wrong number.
CREATE OR REPLACE FUNCTION as_nano AS (whole) -> reinterpret(accurateCast(whole, 'Int128'), 'Decimal(38, 9)');
CREATE OR REPLACE FUNCTION as_pico AS (whole) -> reinterpret(accurateCast(whole, 'Int128'), 'Decimal(38, 12)');
CREATE OR REPLACE FUNCTION as_atto AS (whole) -> reinterpret(accurateCast(whole, 'Int128'), 'Decimal(38, 18)');
CREATE OR REPLACE FUNCTION as_whole AS (whole) -> reinterpret(accurateCast(whole, 'Int128'), 'Decimal(38, 0)');
-- A decimal as the whole number it is kept as.
CREATE OR REPLACE FUNCTION whole_of AS (decimal) -> toInt256(reinterpret(decimal, 'Int128'));
-- A cell of text that no spreadsheet takes for a formula: with blanks before the sign or not, in full width too (core/csv-text.ts has the same).
CREATE OR REPLACE FUNCTION formula_safe AS (cell) ->
  if(match(cell, '^([\\s\\v\\p{Z}\\x{feff}]*[=+@\\-\\x{ff1d}\\x{ff0b}\\x{ff0d}\\x{ff20}]|[\\t\\r\\n])'), concat('''', cell), cell);

-- Of each statement its first final document: it bills the month's use. What came after it (credit notes, what replaces it) takes back or
-- bills again, and belongs to the month it was issued in, since nothing of a closed month is ever changed.
CREATE OR REPLACE VIEW first_document AS
SELECT * FROM issued_document WHERE kind = 'statement' ORDER BY run_seq, statement_id LIMIT 1 BY payer_account_id, period, apart;

-- The documents and lines an export laid out.
CREATE OR REPLACE VIEW export_document AS
SELECT * FROM scratch_export_document
WHERE export_id = {export_id:String} AND moduloOrZero(cityHash64(payer_account_id), {parts:UInt32}) = {part:UInt32};

CREATE OR REPLACE VIEW export_line AS
SELECT * FROM scratch_export_line
WHERE export_id = {export_id:String} AND moduloOrZero(cityHash64(payer_account_id), {parts:UInt32}) = {part:UInt32};

-- Credits that went to the documents of a month's exports, and came back with those that took one back.
CREATE OR REPLACE VIEW export_draw AS
SELECT document.run_seq AS run_seq, document.statement_id AS statement_id, draw.credit_id AS credit_id, sum(draw.amount) AS amount
FROM export_document(export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32}) AS document
INNER JOIN credit_draw AS draw ON draw.run_seq = document.run_seq
WHERE draw.statement_id IN (document.statement_id, document.reverses)
GROUP BY run_seq, statement_id, credit_id;

-- The lines of a month as they count: of a statement that is final those of its documents, of a draft those of the rating run. run_seq 0: a draft.
CREATE OR REPLACE VIEW exported_line AS
SELECT toUInt64(0) AS run_seq, statement_id_of(payer_account_id, toString(statement_line.period), toString(statement_line.apart)) AS statement_id,
  toUInt8(0) AS is_later, '' AS corrects, payer_account_id, toString(statement_line.currency) AS currency, line, account_id,
  toString(statement_line.kind) AS kind, usage_type, tariff_id, tariff_version, toString(statement_line.component) AS component, tier, description, quantity,
  toString(statement_line.unit) AS unit, unit_base, unit_price, exact_amount, amount, toString(statement_line.scope) AS scope, rate_card_id, charge_id,
  charge_version, of_line, threshold, days, of_days, toString(statement_line.adjusts_period) AS adjusts_period, toString(statement_line.adjusts_kind) AS adjusts_kind, adjusts_line
FROM statement_line
WHERE statement_line.period = {period:String} AND statement_line.run_seq = {rating_seq:UInt64} AND ({payer:String} = '' OR payer_account_id = {payer:String})
  AND statement_id NOT IN (SELECT statement_id FROM scratch_export_document WHERE export_id = {export_id:String} AND is_later = 0)
UNION ALL
SELECT line.run_seq, line.statement_id, document.is_later, document.corrects, line.payer_account_id, toString(line.currency), line.line, line.account_id,
  toString(line.kind), line.usage_type, line.tariff_id, line.tariff_version, toString(line.component), line.tier, line.description, line.quantity,
  toString(line.unit), line.unit_base, line.unit_price, line.exact_amount, line.amount, toString(line.scope), line.rate_card_id, line.charge_id,
  line.charge_version, line.of_line, line.threshold, line.days, line.of_days, toString(line.adjusts_period), toString(line.adjusts_kind), line.adjusts_line
FROM final_line AS line
INNER JOIN scratch_export_document AS document ON document.run_seq = line.run_seq AND document.statement_id = line.statement_id
WHERE document.export_id = {export_id:String};

-- Accounts that are known, or have lines in an export, with their zones over time as zone_of_account writes them.
CREATE OR REPLACE VIEW account_timeline AS
SELECT known.account_id AS account_id, account.name AS name,
  multiIf(zoned.timeline != '', zoned.timeline, account.time_zone = '', concat('0 ', {default_zone:String}), concat('0 ', account.time_zone)) AS timeline
FROM (
  SELECT account_id FROM current_account
  UNION DISTINCT
  SELECT arrayJoin([account_id, payer_account_id]) FROM scratch_export_line WHERE export_id = {export_id:String}
) AS known
LEFT JOIN current_account AS account ON account.account_id = known.account_id
LEFT JOIN zone_of_account(run_seq = 0) AS zoned ON zoned.account_id = known.account_id;

-- The id under which the API shows a billing record (rating/billing-records.ts).
CREATE OR REPLACE FUNCTION base36_of AS (number) -> replaceRegexpOne(
  arrayStringConcat(arrayMap(place -> substring('0123456789abcdefghijklmnopqrstuvwxyz', toInt64(intDiv(number, toInt64(pow(36, place))) % 36) + 1, 1), [9, 8, 7, 6, 5, 4, 3, 2, 1, 0])),
  '^0+', '');
CREATE OR REPLACE FUNCTION billing_record_id_of AS (period, usage_record_id, part_start, tier, component) ->
  concat('br_', replaceOne(period, '-', ''), '_', lower(hex(usage_record_id)), '_', base36_of(toUnixTimestamp64Milli(part_start)), '_', toString(tier), '_', component);

-- Entries of the ledger that were booked in a span, once each: by when they were, not by the month they are of, so that what comes later
-- about a month that is over is in a later journal and a journal stays what it was.
CREATE OR REPLACE VIEW exported_entry AS
SELECT * FROM ledger
WHERE booked_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND booked_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND ({payer:String} = '' OR payer_account_id = {payer:String}) AND moduloOrZero(cityHash64(payer_account_id), {parts:UInt32}) = {part:UInt32};

-- Published usage of the days about a month, row by row.
CREATE OR REPLACE VIEW usage_about_month AS
SELECT * FROM published_usage(as_of = {as_of:UInt64}, live_seq = 0)
WHERE window_start >= fromUnixTimestamp64Milli({from_ms:Int64} - 129600000, 'UTC') AND window_start < fromUnixTimestamp64Milli({to_ms:Int64} + 129600000, 'UTC')
  AND ({payer:String} = '' OR account_id = {payer:String}) AND moduloOrZero(cityHash64(toString(account_id)), {parts:UInt32}) = {part:UInt32};

-- Whether a window is of the month as its account lived it. from_ms, to_ms: the month of accounts nobody knows.
CREATE OR REPLACE FUNCTION is_lived AS (window_start, account_id, starts, ends, from_ms, to_ms) ->
  window_start >= if(account_id = '', fromUnixTimestamp64Milli(from_ms, 'UTC'), starts) AND window_start < if(account_id = '', fromUnixTimestamp64Milli(to_ms, 'UTC'), ends);

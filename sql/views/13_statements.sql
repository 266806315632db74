-- What statements stand on besides lines: documents that count, who pays, and the tax of a line.

-- Documents that count: those of published finalizing runs.
CREATE OR REPLACE VIEW issued_document AS
SELECT * FROM statement_document WHERE run_seq IN (SELECT run_seq FROM published_run WHERE kind = 'finalize');

-- The statements of a payer and month in the order they were issued, each in the place of the one before; what stands apart is none of them.
CREATE OR REPLACE VIEW issue_order AS
SELECT payer_account_id AS issued_payer, toString(period) AS issued_period, arraySort(groupArray((run_seq, statement_id))) AS issues
FROM issued_document WHERE kind = 'statement' AND apart = ''
GROUP BY issued_payer, issued_period;

-- The statement of a payer and month that what was issued by run `before` corrects: the last one before it (0 = of all), so that what was
-- issued goes on naming the one that stood then; where none was issued, the draft's.
CREATE OR REPLACE FUNCTION corrected_statement AS (issues, before, payer_account_id, month) ->
  if(arrayLast(one -> before = 0 OR one.1 < before, issues).2 AS standing = '', statement_id_of(payer_account_id, month, ''), standing);

-- What was drawn of credits for documents, given-back parts among it.
CREATE OR REPLACE VIEW issued_credit AS
SELECT * FROM credit_draw WHERE run_seq IN (SELECT run_seq FROM published_run WHERE kind = 'finalize');

-- The facts of a payer that his tax and documents follow from, by his profile as it stands; payers without one are charged as standard.
CREATE OR REPLACE VIEW profiled_payer AS
SELECT account_id AS profiled_id, body AS customer, JSONExtractString(body, 'legal_name') AS legal_name,
  JSONExtractString(body, 'address', 'country') AS country, JSONExtractString(body, 'address', 'region') AS region,
  JSONExtractString(body, 'tax', 'rule') AS rule, JSONExtractString(body, 'tax', 'reason') AS reason,
  JSONExtractString(body, 'issuer_id') AS issuer_id
FROM billing_profile
WHERE fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
ORDER BY account_id, fence DESC, version DESC LIMIT 1 BY account_id;

-- Rates as rating/taxes/lay-rates.ts writes them, the first that holds counts: 1 id, 2 payers' rule, 3 country, 4 region, 5 usage types,
-- 6 components, 7 and 8 from which day to which, 9 name, 10 category, 11 millionths of a percent, 12 reason.
CREATE OR REPLACE FUNCTION tax_rates_of AS (text) ->
  JSONExtract(text, 'Array(Tuple(String, String, String, String, Array(UInt16), Array(String), String, String, String, String, Int64, String))');

-- The id of the rate that holds for a line, '' = none. Day 31 of any month lies after all its days and before the next one's.
CREATE OR REPLACE FUNCTION tax_rate_of AS (rates, rule, country, region, usage_type, component, month) ->
  arrayFirst(rate -> rate.2 = if(rule = '', 'standard', rule)
    AND (rate.3 = '' OR rate.3 = country) AND (rate.4 = '' OR rate.4 = region)
    AND (empty(rate.5) OR has(rate.5, usage_type)) AND (empty(rate.6) OR has(rate.6, component))
    AND rate.7 <= concat(month, '-31') AND (rate.8 = '' OR concat(month, '-31') < rate.8), rates).1;

-- Tax on a net in 10^-9 by millionths of a percent, in whole coins of `step` 10^-9, half away from zero.
CREATE OR REPLACE FUNCTION rounded_tax AS (net, percent_no, step) ->
  if(net < 0, toInt256(-1), toInt256(1)) * intDiv(2 * abs(net * percent_no) + 100000000 * step, 200000000 * step) * step;

-- The lines of the drafts of a period: those of the rating run that counts, with the rate that holds for each.
CREATE OR REPLACE VIEW draft_line AS
SELECT statement_line.*, statement_id_of(payer_account_id, toString(statement_line.period), toString(apart)) AS statement_id,
  if(adjusts_period = '', toString(statement_line.period), toString(adjusts_period)) AS for_period,
  tax_rate_of(tax_rates_of({tax_rates:String}), rule, country, region, usage_type, toString(component), for_period) AS tax_rate_id,
  profiled.reason AS tax_reason
FROM statement_line
LEFT JOIN profiled_payer AS profiled ON profiled_id = payer_account_id
WHERE statement_line.period = {period:String}
  AND statement_line.run_seq = (SELECT max(rating_seq) FROM current_rating WHERE period = {period:String});

-- What may become final in a period and what speaks against it, a row for each statement; of payers who closed the period and whose bills were
-- not rated since, a row without one. default_issuer: of payers whose profile names none, '' = there is none. findings: names and how many.
CREATE OR REPLACE VIEW finalizable AS
SELECT drafted.payer_account_id AS payer_account_id, statement_id, drafted.currency AS currency, drafted.apart AS apart,
  drafted.rating_seq AS rating_seq, profiled.country AS country, profiled.region AS region, profiled.rule AS rule, profiled.reason AS reason,
  profiled.customer AS customer, if(profiled.issuer_id = '', {default_issuer:String}, profiled.issuer_id) AS issued_by,
  statement_id != '' AND statement_id IN (SELECT issued_document.statement_id FROM issued_document WHERE issued_document.period = {period:String}) AS is_final,
  arrayFilter(finding -> finding.2 > 0, [
    ('not-closed', toUInt64(close_seq = 0)),
    ('not-rated', toUInt64(close_seq != 0 AND drafted.rating_seq < close_seq)),
    ('unrated', toUInt64(drafted.unrated)),
    ('no-issuer', toUInt64(issued_by = '')),
    ('no-profile', toUInt64(issued_by != '' AND profiled.legal_name = '')),
    ('no-tax-rate', toUInt64(drafted.untaxed))]) AS findings
FROM (
  SELECT payer_account_id, statement_id, toString(any(draft_line.currency)) AS currency, toString(any(draft_line.apart)) AS apart,
    any(draft_line.run_seq) AS rating_seq, countIf(kind = 'unrated') AS unrated,
    countIf(tax_rate_id = '' AND amount != 0 AND notEmpty(tax_rates_of({tax_rates:String}))) AS untaxed
  FROM draft_line(period = {period:String}, tax_rates = {tax_rates:String}) AS draft_line
  GROUP BY payer_account_id, statement_id
  UNION ALL
  SELECT payer_account_id, '', '', '', (SELECT max(rating_seq) FROM current_rating WHERE period = {period:String}) AS rated_seq, 0, 0
  FROM closed_period
  WHERE closed_period.period = {period:String} AND payer_account_id NOT IN (
    SELECT payer_account_id FROM statement_line
    WHERE period = {period:String} AND run_seq = (SELECT max(rating_seq) FROM current_rating WHERE period = {period:String})
  )
  GROUP BY payer_account_id
  HAVING min(closed_period.run_seq) > rated_seq
) AS drafted
LEFT JOIN (
  SELECT payer_account_id AS closed_payer, min(closed_period.run_seq) AS close_seq FROM closed_period
  WHERE toString(closed_period.period) >= {period:String} GROUP BY closed_payer
) AS closing ON closed_payer = drafted.payer_account_id
LEFT JOIN profiled_payer AS profiled ON profiled_id = drafted.payer_account_id;

-- Issuers as rating/finalize/lay-issuers.ts writes them, one of the id '' among them: 1 id, 2 version, 3 series, 4 and 5 what is before and
-- after the number, 6 its digits, 7 days until a document is due, 8 the issuer as it stands on documents.
CREATE OR REPLACE FUNCTION issuers_of AS (text) ->
  JSONExtract(text, 'Array(Tuple(String, UInt64, String, String, String, UInt8, UInt16, String))');

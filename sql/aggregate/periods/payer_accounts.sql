-- Accounts with who pays for them and their zones over time, some payers at a time.
-- Params  payer_account_id String      '' = all
-- Params  after_payer String           only payers above it
-- Params  default_zone String          of accounts that name none and that no run has seen
-- Params  limit UInt32                 payers
-- Rows    payer_account_id, account_id, timeline String (as zone_of_account writes it), is_former UInt8
-- Why     a period belongs to a payer and holds all accounts it pays for; the system account is never billed. One that closed months and pays for
--         nobody any more (former; with its own account, for the zone) may still have those corrected
WITH
present AS (
  SELECT if(payer_account_id = '', account_id, payer_account_id) AS payer, account_id, time_zone, toUInt8(0) AS is_former
  FROM current_account
  WHERE kind != 'system'
),
paid AS (
  SELECT payer, account_id, time_zone, is_former FROM present
  UNION ALL
  SELECT account_id AS payer, account_id, time_zone, toUInt8(1) AS is_former FROM current_account
  WHERE account_id IN (SELECT payer_account_id FROM closed_period) AND account_id NOT IN (SELECT payer FROM present)
)
SELECT paid.payer AS payer_account_id, paid.account_id AS account_id, is_former,
  multiIf(cut.timeline != '', cut.timeline, paid.time_zone != '', concat('0 ', paid.time_zone), concat('0 ', {default_zone:String})) AS timeline
FROM paid
LEFT JOIN zone_of_account(run_seq = 0) AS cut ON cut.account_id = paid.account_id
WHERE paid.payer IN (
  SELECT DISTINCT payer FROM paid
  WHERE ({payer_account_id:String} = '' OR payer = {payer_account_id:String}) AND payer > {after_payer:String}
  ORDER BY payer LIMIT {limit:UInt32}
)
ORDER BY payer_account_id, account_id

-- Usage of some accounts in a period that has no price, or that the latest rating of the period has not seen.
-- Params  period String, rated_to UInt64                       the period, and the latest run of aggregation its rating has seen (0 = never rated)
-- Params  account_ids Array(String), froms, tos Array(Int64)   accounts, and the period of each, Unix ms UTC
-- Rows    unrated UInt64 (usage records), unseen UInt64 (rows written since), ids Array(String) (some unrated records)
-- Why     what closes without a price is never billed
SELECT rated.unrated AS unrated, written.unseen AS unseen, rated.ids AS ids
FROM (
  SELECT uniqExact(usage_record_id) AS unrated, arrayMap(id -> concat('ur_', lower(hex(id))), arraySort(groupUniqArray(10)(usage_record_id))) AS ids
  FROM billing_record
  WHERE period = {period:String} AND (period, run_seq) IN (SELECT period, rating_seq FROM current_rating)
    AND account_id IN {account_ids:Array(String)} AND state = 'unrated'
) AS rated
CROSS JOIN (
  SELECT count() AS unseen
  FROM usage_record
  WHERE run_seq > {rated_to:UInt64} AND run_seq IN (SELECT run_seq FROM published_run WHERE kind = 'aggregate')
    AND account_id IN {account_ids:Array(String)}
    AND window_start >= fromUnixTimestamp64Milli(arrayMin({froms:Array(Int64)}), 'UTC') AND window_start < fromUnixTimestamp64Milli(arrayMax({tos:Array(Int64)}), 'UTC')
    AND toUnixTimestamp64Milli(window_start) >= {froms:Array(Int64)}[indexOf({account_ids:Array(String)}, account_id)]
    AND toUnixTimestamp64Milli(window_start) < {tos:Array(Int64)}[indexOf({account_ids:Array(String)}, account_id)]
) AS written

-- What an account or a domain was assigned, by month.
-- Params  kind, id String   '' = any
-- Rows    kind, id, valid_from String, revision UInt64, rate_card_id, override_card_id, changed_ms, changed_by
-- Why     assignments are few and append-only; the history says which card counted when
SELECT kind, id, valid_from, revision, rate_card_id, override_card_id, toUnixTimestamp64Milli(changed_at) AS changed_ms, changed_by
FROM current_card_assignment
WHERE ({kind:String} = '' OR kind = {kind:String}) AND ({id:String} = '' OR id = {id:String})
ORDER BY kind, id, valid_from

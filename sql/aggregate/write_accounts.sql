-- Makes an account known that so far only events name: zone, currency and rate card by default, payer itself.
-- Params  log_partition UInt32, from_offset, to_offset UInt64, now_ms Int64
-- Rows    none
-- Why     usage of an account nobody registered is still usage; it is listed, and billed by the default card; version 0 lies below whatever is put
INSERT INTO account (account_id, version, name, kind, domain, payer_account_id, currency, time_zone, payment, rate_card_id, state, changed_at, changed_by)
SELECT account_id, toUInt64(0),
  if(argMin(account, (event.occurred_at, source, id)) = '', account_id, argMin(account, (event.occurred_at, source, id))),
  'account', argMin(domain, (event.occurred_at, source, id)), account_id, '', '', 'postpaid', '', 'active',
  fromUnixTimestamp64Milli({now_ms:Int64}, 'UTC'), 'event'
FROM event
WHERE log_partition = {log_partition:UInt32} AND log_offset BETWEEN {from_offset:UInt64} AND {to_offset:UInt64}
  AND (log_partition, log_offset) NOT IN (
    SELECT log_partition, log_offset FROM event_excluded WHERE log_offset BETWEEN {from_offset:UInt64} AND {to_offset:UInt64}
  )
  AND account_id NOT IN (SELECT account_id FROM current_account)
GROUP BY account_id

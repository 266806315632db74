-- Remembers accepted arrivals that end an account.
-- Params  log_partition UInt32, from_offset, to_offset UInt64   both ends in
-- Rows    none
-- Why     a run asks for them without looking through all events
INSERT INTO account_end
SELECT account_id, occurred_at, if(revision = 0, source, original_source), if(revision = 0, id, original_id), sequence, id_hash, revision, log_partition, log_offset
FROM event
WHERE log_partition = {log_partition:UInt32} AND log_offset BETWEEN {from_offset:UInt64} AND {to_offset:UInt64} AND type = 'ACCOUNT.DELETE'
  AND (log_partition, log_offset) IN (
    SELECT log_partition, log_offset FROM accepted_arrival(from_offset = {from_offset:UInt64}, to_offset = {to_offset:UInt64}) WHERE ends_account
  )

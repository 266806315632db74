-- What a UTC month of events in the store adds up to.
-- Params  yyyymm UInt32
-- Rows    rows UInt64, row_checksum, key_checksum String (UInt128, see table archive), last_offset UInt64
-- Why     the file must say the same before the events leave, and so must the store when they are back
SELECT count() AS rows, toString(sum(row_hash)) AS row_checksum, toString(sum(key_hash)) AS key_checksum, max(log_offset) AS last_offset
FROM (
  SELECT reinterpretAsUInt128(sipHash128(*)) AS row_hash, log_offset,
    reinterpretAsUInt128(sipHash128(log_partition, log_offset, id_hash, k, shape, original_hash)) AS key_hash
  FROM event
  WHERE toYYYYMM(occurred_at) = {yyyymm:UInt32}
)

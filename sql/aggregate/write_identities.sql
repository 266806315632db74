-- Remembers the ids of accepted arrivals for ever.
-- Params  from_offset, to_offset UInt64   offsets of the arrivals, both ends in
-- Rows    none
-- Why     a second arrival, years later, is recognised from here even when the event itself is archived
INSERT INTO event_identity
SELECT id_hash, log_partition, log_offset, content_hash, occurred_at, k
FROM accepted_arrival(from_offset = {from_offset:UInt64}, to_offset = {to_offset:UInt64})

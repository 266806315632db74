-- How many of the arrivals revise an event, and how many end an account.
-- Params  from_offset, to_offset UInt64   offsets of the arrivals, both ends in
-- Rows    revisions, endings UInt64
-- Why     they touch more than their own resource, and most runs have none
SELECT countIf(original_hash != 0) AS revisions, countIf(ends_account) AS endings
FROM accepted_arrival(from_offset = {from_offset:UInt64}, to_offset = {to_offset:UInt64})

-- How many accounts end in a span.
-- Params  from_ms, to_ms Int64           half-open, Unix ms UTC
-- Rows    accounts UInt64
-- Why     what they held is looked for only if there are any
SELECT count() AS accounts FROM scratch_ended WHERE at_ms >= {from_ms:Int64} AND at_ms < {to_ms:Int64}

-- Where adjustments to closed periods can be of what is used or booked in a span.
-- Params  as_of UInt64           highest run that counts
-- Params  live_seq UInt64        dry run whose rows count too, 0 = none
-- Params  from_ms, to_ms Int64   the span, Unix ms UTC, half-open
-- Rows    run_seq UInt64, start_ms Int64 (of the window)
-- Why     without adjustments both bases say the same, and the plain reading is the fast one
SELECT run_seq, start_ms FROM late_window(as_of = {as_of:UInt64}, live_seq = {live_seq:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64})

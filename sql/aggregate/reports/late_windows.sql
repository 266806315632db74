-- Whether anything published may be an adjustment to a closed period; one row.
-- Params  as_of UInt64   highest run that counts
-- Params  live_seq UInt64   dry run whose rows count too, 0 = none
-- Rows    windows UInt64 (0 = nothing)
-- Why     without adjustments both bases say the same, and the plain reading is the fast one
SELECT count() AS windows FROM late_window(as_of = {as_of:UInt64}, live_seq = {live_seq:UInt64})

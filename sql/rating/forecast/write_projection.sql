-- Names the dry run of aggregation whose rows the present rating run rates on top of what is published.
-- Params  run_seq UInt64
-- Rows    none
-- Why     a forecast is priced by the statements that price bills
INSERT INTO scratch_projection SELECT {run_seq:UInt64}

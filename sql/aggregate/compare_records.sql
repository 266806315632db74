-- Sets the usage records that a run wrote against those of its repetition.
-- Params  run_seq, original_seq UInt64   the repetition, and the run
-- Rows    same, missing, added UInt64 (rows of both, of the run alone, of the repetition alone)
-- Why     the same bytes means every column of every row
SELECT sum(least(originals, repeated)) AS same, sum(originals - least(originals, repeated)) AS missing, sum(repeated - least(originals, repeated)) AS added
FROM (
  SELECT countIf(run_seq = {original_seq:UInt64}) AS originals, countIf(run_seq = {run_seq:UInt64}) AS repeated
  FROM usage_record
  WHERE run_seq IN ({run_seq:UInt64}, {original_seq:UInt64})
  GROUP BY sign, account_id, window_start, window_end, usage_type, resource, part, shape, quantity, duration_ms, slices, first_at, last_at, opened_at, opened_by, closed_by
)

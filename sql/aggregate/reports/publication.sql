-- What is published: how far, and a number that changes with each publishing and where a closing comes to cover more accounts.
-- Params  none
-- Rows    state UInt64; as_of UInt64 (the latest run of usage, 0 = none), its run_id and bound String ('' = none); covers UInt64: how often an account was put under a closing afterwards
-- Why     what only publishing changes need not be asked for again while the number stands; a publishing that was heard to fail changes it too
SELECT sum(cityHash64(made.run_id, made.state)) + (SELECT count() FROM period_close) AS state, maxIf(run_seq, counts) AS as_of,
  argMaxIf(made.run_id, run_seq, counts) AS run_id, argMaxIf(made.bound, run_seq, counts) AS bound, (SELECT sum(covered) FROM period_close) AS covers
FROM (
  SELECT run_seq, run.state AS state, run_id, bound,
    state = 'published' AND kind = 'aggregate' AND run_seq NOT IN (SELECT run_seq FROM run WHERE state = 'failed') AS counts
  FROM run
  WHERE state IN ('published', 'failed')
) AS made

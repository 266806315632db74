-- The runs whose rows a month's exports are of: its rating, and usage as published.
-- Params  period String
-- Rows    rating_seq, as_of   0 = there is none
-- Why     fixed before the first row is read, so that all files of an export say the same
SELECT (SELECT max(rating_seq) FROM current_rating WHERE period = {period:String}) AS rating_seq,
  (SELECT max(run_seq) FROM published_run WHERE kind = 'aggregate') AS as_of

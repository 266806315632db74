-- Puts shapes that match the same conditions into one class.
-- Params  none
-- Rows    none
-- Why     there are few classes however many shapes, so that pricing joins tariffs to classes; numbered, not hashed: no two sets can meet
INSERT INTO scratch_shape_class
SELECT shape, dense_rank() OVER (ORDER BY matched) AS class
FROM (SELECT shape, arraySort(groupArray(condition_no)) AS matched FROM scratch_condition_match GROUP BY shape)

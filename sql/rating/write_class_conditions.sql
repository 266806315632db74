-- Says which conditions each class of shapes matches: its own, and condition 0, which matches everything.
-- Params  none
-- Rows    none
-- Why     class 0, of shapes that match nothing in particular, has no shapes of its own in scratch_shape_class, but tariffs without condition price it
INSERT INTO scratch_class_condition
SELECT DISTINCT class, condition_no
FROM scratch_condition_match
INNER JOIN (SELECT shape AS classed, class FROM scratch_shape_class LIMIT 1 BY class) AS classes ON classed = shape
UNION ALL
SELECT DISTINCT class, toUInt32(0) FROM scratch_shape_class
UNION ALL
SELECT toUInt64(0), toUInt32(0)

-- Holds every shape against the conditions of tariffs, once per shape whatever number of records has it.
-- Params  none here; each condition that is put in brings its own
-- Rows    none
-- Why     compiled conditions stand in for the mark, each as if(<condition>, <its number>, 0): one pass over the shapes for many.
--         As it is written here it matches nothing.
INSERT INTO scratch_condition_match
SELECT DISTINCT shape, arrayJoin(arrayFilter(condition_no -> condition_no != 0, [/* conditions */ toUInt32(0)])) AS condition_no
FROM shape

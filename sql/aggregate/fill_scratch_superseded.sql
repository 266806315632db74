-- Fills scratch_superseded: what revisions made count for nothing.
-- Params  bound_partitions Array(UInt32), bound_offsets Array(Int64)   how much of the log counts
-- Rows    none
-- Why     of the revisions of one event the highest counts, of equal ones the greater (source, id): arrival has no say in it.
--         What revises a revision counts only if that one would
INSERT INTO scratch_superseded
WITH RECURSIVE
known AS (
  SELECT DISTINCT original_hash, revision, source, id, id_hash FROM event_revision
  WHERE toInt64(log_offset) <= transform(log_partition, {bound_partitions:Array(UInt32)}, {bound_offsets:Array(Int64)}, toInt64(-1))
),
highest AS (
  SELECT original_hash, argMax(id_hash, (revision, source, id)) AS id_hash FROM known GROUP BY original_hash
),
counting AS (
  SELECT id_hash FROM highest WHERE original_hash NOT IN (SELECT id_hash FROM known)
  UNION ALL
  SELECT highest.id_hash AS id_hash FROM highest INNER JOIN counting ON counting.id_hash = highest.original_hash
)
SELECT DISTINCT void FROM known ARRAY JOIN [original_hash, id_hash] AS void
WHERE void IN (SELECT original_hash FROM known) OR void NOT IN (SELECT id_hash FROM counting)

-- Arrivals of the present run that count: repeats and conflicts left out. from_offset, to_offset: of the arrivals, both in.
CREATE OR REPLACE VIEW accepted_arrival AS
SELECT * FROM scratch_arrival
WHERE (log_partition, log_offset) NOT IN (
  SELECT log_partition, log_offset FROM event_excluded WHERE log_offset BETWEEN {from_offset:UInt64} AND {to_offset:UInt64}
);

-- The ids whose meaning revisions among the arrivals may change: what they revise, all that revises it, all that revises that, and
-- so on; deeper than 100 only revisions go that speak of each other in a circle, and those count for nothing.
CREATE OR REPLACE VIEW revised_id AS
WITH RECURSIVE revised AS (
  SELECT DISTINCT original_hash AS id_hash, toUInt8(1) AS depth
  FROM accepted_arrival(from_offset = {from_offset:UInt64}, to_offset = {to_offset:UInt64}) WHERE original_hash != 0
  UNION ALL
  SELECT revision.id_hash AS id_hash, toUInt8(revised.depth + 1) AS depth
  FROM (SELECT DISTINCT original_hash, id_hash FROM event_revision) AS revision
  INNER JOIN revised ON revised.id_hash = revision.original_hash
  WHERE revised.depth < 100
)
SELECT DISTINCT id_hash FROM revised;

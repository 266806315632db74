-- Marks arrivals whose (source, id) was accepted before, by a former run or at a lower position: they count for nothing (P3).
-- Params  none
-- Rows    none
-- Why     the index of ids is asked once per run for all arrivals; a repeat that never reaches a window makes none late
INSERT INTO event_excluded
WITH suspects AS (
  SELECT id_hash FROM scratch_arrival GROUP BY id_hash HAVING count() > 1
  UNION DISTINCT
  SELECT id_hash FROM event_identity WHERE id_hash IN (SELECT id_hash FROM scratch_arrival)
),
accepted AS (
  SELECT id_hash, argMin(content_hash, (arrived, log_partition, log_offset)) AS accepted_content, argMin((log_partition, log_offset), (arrived, log_partition, log_offset)) AS accepted_position
  FROM (
    SELECT 1 AS arrived, id_hash, log_partition, log_offset, content_hash FROM scratch_arrival WHERE id_hash IN (SELECT id_hash FROM suspects)
    UNION ALL
    SELECT 0 AS arrived, id_hash, log_partition, log_offset, content_hash FROM event_identity WHERE id_hash IN (SELECT id_hash FROM suspects)
  )
  GROUP BY id_hash
)
SELECT arrival.occurred_at, arrival.log_partition, arrival.log_offset, toUInt8(arrival.content_hash != accepted.accepted_content)
FROM scratch_arrival AS arrival
INNER JOIN accepted ON accepted.id_hash = arrival.id_hash
WHERE (arrival.log_partition, arrival.log_offset) != accepted.accepted_position

-- Which of a batch of events that are too old to be taken were accepted when they were young.
-- Params  batch String                   as they were put into past_event
-- Rows    place UInt64, known String     duplicate: the same content; conflict: another one under the same source and id
-- Why     a sender that repeats itself after years must hear that all is well; ids outlive the events. Of several acceptances
--         the one at the lowest position is the event
SELECT past.log_offset AS place, if(past.content_hash = accepted.content, 'duplicate', 'conflict') AS known
FROM (SELECT log_offset, id_hash, content_hash FROM past_event WHERE log_id = {batch:String}) AS past
INNER JOIN (
  SELECT id_hash, argMin(content_hash, (log_partition, log_offset)) AS content
  FROM event_identity
  WHERE id_hash IN (SELECT id_hash FROM past_event WHERE log_id = {batch:String})
  GROUP BY id_hash
) AS accepted ON accepted.id_hash = past.id_hash
ORDER BY place

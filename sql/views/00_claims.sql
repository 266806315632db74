-- What was written too late: rows a writer added to a partition of the log after another one had taken it over.

-- Claims that have ended, and the offset from which rows written under them do not count. Whoever takes a partition over goes on
-- where the former owner had committed, so a row counts under exactly one claim: a batch that was written twice, cut anew, or by
-- an owner that slept through its replacement, is there once. The embedded log has no claims, and then this is two empty lists.
CREATE OR REPLACE VIEW ended_claim AS
SELECT claim, toInt64(end_offset) AS end_offset
FROM (
  SELECT bitShiftLeft(toUInt64(log_partition), 32) + epoch AS claim,
    leadInFrame(toNullable(from_offset)) OVER (PARTITION BY log_partition ORDER BY epoch ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS end_offset
  FROM event_claim
)
WHERE end_offset IS NOT NULL
ORDER BY claim;

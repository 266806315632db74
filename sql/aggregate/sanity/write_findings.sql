-- Writes what the checks found, each as the next version of what is known of it.
-- Params  run_seq UInt64                the run that checked: once another has taken over, nothing is written
-- Params  now_ms Int64                   Unix ms UTC
-- Rows    none
-- Why     what was accepted stays so while it is found; what was resolved and comes again is open
INSERT INTO finding
SELECT found.finding_id, known.version + 1, found.check, found.severity, found.account_id, found.usage_type, found.resource, found.part, found.what,
  found.at, found.detail,
  if(known.version = 0, fromUnixTimestamp64Milli({now_ms:Int64}, 'UTC'), known.first_seen_at), fromUnixTimestamp64Milli({now_ms:Int64}, 'UTC'),
  if(known.state = 'accepted', 'accepted', 'open'), if(known.state = 'accepted', known.decided_by, ''), if(known.state = 'accepted', known.reason, '')
FROM (SELECT finding_id, * FROM scratch_finding ORDER BY finding_id, at LIMIT 1 BY finding_id) AS found
LEFT JOIN (SELECT * FROM current_finding WHERE finding_id IN (SELECT finding_id FROM scratch_finding)) AS known ON known.finding_id = found.finding_id
WHERE {run_seq:UInt64} IN (SELECT run_seq FROM current_run WHERE state = 'running')

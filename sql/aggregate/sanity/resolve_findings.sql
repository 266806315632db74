-- Resolves what some checks found earlier and, having looked where it was, no longer find.
-- Params  run_seq UInt64                the run that checked: once another has taken over, nothing is resolved
-- Params  checks Array(String)
-- Params  scope String                   where they looked: windows, stories, since; anything else is everywhere
-- Params  since_run UInt64               windows: those that later runs wrote
-- Params  from_ms Int64                  stories, since: from then on (Unix ms UTC)
-- Params  only_touched UInt8             stories: 1 = those of the resources in scratch_touched, 0 = all
-- Params  known_from_ms Int64            what is earlier stands on archived events (Unix ms UTC)
-- Params  now_ms Int64                   Unix ms UTC
-- Rows    none
-- Why     a check that looked elsewhere says nothing of it, nor does one whose events were not there
INSERT INTO finding
SELECT finding_id, version + 1, check, severity, account_id, usage_type, resource, part, what, at, detail, first_seen_at,
  fromUnixTimestamp64Milli({now_ms:Int64}, 'UTC'), 'resolved', decided_by, reason
FROM current_finding
WHERE check IN {checks:Array(String)} AND state IN ('open', 'accepted')
  AND at >= fromUnixTimestamp64Milli({known_from_ms:Int64}, 'UTC')
  AND {run_seq:UInt64} IN (SELECT run_seq FROM current_run WHERE state = 'running')
  AND finding_id NOT IN (SELECT finding_id FROM scratch_finding)
  AND multiIf(
    {scope:String} = 'windows', at IN (SELECT window_start FROM fresh_window(since_run = {since_run:UInt64})),
    {scope:String} = 'stories', at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
      AND ({only_touched:UInt8} = 0 OR sipHash64(resource) IN (SELECT k FROM scratch_touched)),
    {scope:String} = 'since', at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC'),
    1)

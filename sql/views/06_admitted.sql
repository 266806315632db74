-- Up to which offset runs have looked at every event: of repeats and revisions that lie above it no table tells yet. -1 = none.
-- The bound of the latest published run that had one; of several partitions the one that is least far.
CREATE OR REPLACE VIEW admitted AS
SELECT if(count() = 0, toInt64(-1),
  argMax(arrayMin(arrayMap(entry -> toInt64OrZero(entry.2), JSONExtractKeysAndValues(bound, 'String'))), run_seq)) AS up_to_offset
FROM run
WHERE state = 'published' AND bound NOT IN ('', '{}') AND run_seq IN (SELECT run_seq FROM published_run);

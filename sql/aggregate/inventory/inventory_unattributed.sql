-- Counts what is open and not listed, but spoken of by archived events alone.
-- Params  account_id String              the list is of this account alone; '' = of all
-- Params  complete_for Array(UInt16)     usage types of which the list is whole
-- Rows    resources String
-- Why     which source it is of stands in those events, so nobody can say whether it is missing from this source's list
WITH unlisted AS (
  SELECT resource FROM scratch_open
  WHERE usage_type IN {complete_for:Array(UInt16)} AND ({account_id:String} = '' OR account_id = {account_id:String})
    AND (resource, part, usage_type) NOT IN (SELECT resource, part, usage_type FROM scratch_listed)
)
SELECT toString(uniqExact(resource)) AS resources
FROM unlisted
WHERE sipHash64(resource) NOT IN (SELECT k FROM event WHERE k IN (SELECT sipHash64(resource) FROM unlisted))

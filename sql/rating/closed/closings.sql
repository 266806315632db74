-- How many closings there are that closed a month.
-- Params  period String
-- Rows    closings UInt64
-- Why     mostly there is none, and then nothing more need be asked
SELECT count() AS closings FROM closed_period WHERE toString(closed_period.period) >= {period:String}

-- Lets go of what is noted of repairs at checkpoints that are no longer needed.
-- Params  checkpoints Array(Int64) (Unix ms UTC)
-- Rows    none
-- Why     each is as large as the cloud, and late runs would write to every one of them
DELETE FROM resource_state_repair WHERE toUnixTimestamp64Milli(at) IN {checkpoints:Array(Int64)}

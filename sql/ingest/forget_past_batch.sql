-- Lets go of a batch that was held against what is known.
-- Params  batch String
-- Rows    none
-- Why     it was there to be compared, and a batch is a partition
ALTER TABLE past_event DROP PARTITION {batch:String}

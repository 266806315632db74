-- Blanks the labels of an account's events that runs have counted.
-- Params  account_id String, labels, blank String   where an envelope names, and what is put there
-- Params  bound_partitions Array(UInt32), bound_offsets Array(Int64)   what the latest run has seen
-- Rows    none
-- Why     names are labels and billed by nothing; what a run has not counted yet would no longer be told from its repeats. The
--         envelope of a revision repeats the labels of the message
ALTER TABLE event UPDATE name = '', account = '',
  envelope = if(envelope = '', '', replaceRegexpAll(envelope, {labels:String}, {blank:String}))
WHERE account_id = {account_id:String}
  AND toInt64(log_offset) <= transform(log_partition, {bound_partitions:Array(UInt32)}, {bound_offsets:Array(Int64)}, toInt64(-1))
SETTINGS mutations_sync = 1

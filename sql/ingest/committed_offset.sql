-- Where a reader of the log goes on.
-- Params  reader String
-- Rows    next_offset UInt64
-- Why     a reader that was killed gets its unfinished batch again
SELECT if(count() = 0, 0, max(log_offset) + 1) AS next_offset FROM event_log_commit WHERE reader = {reader:String}

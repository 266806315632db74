-- A page of a trace in Parquet, in the order of its ids.
-- Params  path String      the file, as the engine sees it
-- Params  after_id Int64   the last id of the former page
-- Params  limit UInt32
-- Rows    id Int32, submission_time Int64, duration Int64, cpu_count Int32, cpu_capacity Float64, mem_capacity Int64
-- Why     paged by id: a whole result is held in memory on the embedded engine
SELECT id, submission_time, duration, cpu_count, cpu_capacity, mem_capacity
FROM file({path:String}, 'Parquet')
WHERE id > {after_id:Int64}
ORDER BY id
LIMIT {limit:UInt32}

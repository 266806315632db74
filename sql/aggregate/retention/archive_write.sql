-- Writes a UTC month of events to a Parquet file.
-- Params  path String, structure String (columns and types of the file), yyyymm UInt32
-- Rows    none
-- Why     the embedded engine writes it: the rows never pass through this process, and the same engine reads them back. From a server its
--         SELECT comes as Parquet (core/file-transfer.ts)
INSERT INTO FUNCTION file({path:String}, 'Parquet', {structure:String})
SELECT * FROM event WHERE toYYYYMM(occurred_at) = {yyyymm:UInt32}

-- What the rows of an archive file add up to.
-- Params  path String, structure String   as it was written
-- Rows    rows UInt64, row_checksum String (UInt128)
-- Why     a file is read back before its events leave, and before they return
SELECT count() AS rows, toString(sum(reinterpretAsUInt128(sipHash128(*)))) AS row_checksum
FROM file({path:String}, 'Parquet', {structure:String})

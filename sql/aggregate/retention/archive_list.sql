-- Archives as they stand, oldest month first.
-- Params  none
-- Rows    columns of table archive, instants as Int64 (Unix ms UTC)
-- Why     operators see what left and where it is; archiving and restoring go on from it
SELECT month, version, state, file, rows, toString(row_checksum) AS row_checksum, toString(key_checksum) AS key_checksum, sha256, bytes, structure,
  last_offset, toUnixTimestamp64Milli(horizon_at) AS horizon_ms, run_seq, run_id, toString(state_checksum) AS state_checksum,
  toUnixTimestamp64Milli(archived_at) AS archived_ms, toUnixTimestamp64Milli(changed_at) AS changed_ms, changed_by
FROM current_archive
ORDER BY month

-- Exports that were completed since an instant.
-- Params  since_ms Int64
-- Rows    export_id, kind, format, rows, sha256 String, completed_ms Int64 (Unix ms UTC)
-- Why     told from what is stored, so no crash loses it
SELECT export_id, toString(export_file.kind) AS kind, toString(export_file.format) AS format, toString(export_file.rows) AS rows, sha256,
  toUnixTimestamp64Milli(changed_at) AS completed_ms
FROM export_file
WHERE state = 'complete' AND changed_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
ORDER BY completed_ms, export_id

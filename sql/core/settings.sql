-- Settings that were ever set, with their present value.
-- Params  none
-- Rows    name, version, value, changed_ms, changed_by
-- Why     a setting without a row has its default, which the registry in core/settings.ts knows
SELECT name, version, value, toUnixTimestamp64Milli(changed_at) AS changed_ms, changed_by
FROM current_setting
ORDER BY name

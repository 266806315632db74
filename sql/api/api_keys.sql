-- API keys as they stand, revoked ones too, in the order of their ids.
-- Params  none
-- Rows    key_id, version, name, role, token_sha256, state String, changed_ms Int64 (Unix ms UTC)
-- Why     a token is looked up by comparing all hashes in constant time; keys are few
SELECT key_id, version, name, role, token_sha256, state, toUnixTimestamp64Milli(changed_at) AS changed_ms
FROM current_api_key
ORDER BY key_id

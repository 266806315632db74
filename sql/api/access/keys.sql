-- API keys as they stand, revoked ones too, those changed last at the end.
-- Params  none
-- Rows    key_id, version, name, role, token_sha256, account_id, domain, user_id, state, changed_by String, sources, cidrs Array(String), expires_ms, changed_ms Int64 (Unix ms UTC)
-- Why     a token is looked up by comparing all hashes in constant time; keys are few
SELECT
  key_id, version, name, role, token_sha256, account_id, domain, user_id, sources, cidrs, expires_ms, state, changed_by,
  toUnixTimestamp64Milli(changed_at) AS changed_ms
FROM current_api_key
ORDER BY changed_at, key_id

-- When the next notification is due, unless another one is written.
-- Params  none
-- Rows    next_ms   Unix ms UTC, null = none is
-- Why     until then nobody has to look how each stands
SELECT minOrNull(toUnixTimestamp64Milli(next_at)) AS next_ms
FROM notification_standing
WHERE state IN ('waiting', 'retry', 'asked', 'sending')

-- How many notifications stand how.
-- Params  none
-- Rows    channel, state String, notifications UInt64
-- Why     for metrics
SELECT toString(notification_standing.channel) AS channel, state, count() AS notifications
FROM notification_standing
GROUP BY channel, state
ORDER BY channel, state

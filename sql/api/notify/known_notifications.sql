-- Which of these notifications are written already.
-- Params  ids Array(String)
-- Rows    notification_id String
-- Why     a fact is told once, whoever says it and however often
SELECT notification_id FROM counted_notification WHERE notification_id IN {ids:Array(String)} GROUP BY notification_id ORDER BY notification_id

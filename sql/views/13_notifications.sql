-- Notifications and how each stands: by the last step of its last attempt, waiting where there is none.

CREATE OR REPLACE VIEW counted_notification AS
SELECT * FROM notification
WHERE fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence);

CREATE OR REPLACE VIEW counted_attempt AS
SELECT * FROM delivery_attempt
WHERE fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence);

-- attempt 0 = none yet. steps: how many of its steps there are. tries: how many times it was begun since somebody last asked for it.
CREATE OR REPLACE VIEW notification_standing AS
SELECT told.notification_id AS notification_id, told.fact AS fact, told.channel AS channel, told.recipient AS recipient, told.language AS language,
  told.body AS body, told.subject AS subject, told.created_at AS created_at, tried.attempt AS attempt, tried.steps AS step, tried.tries AS tries,
  if(tried.attempt = 0, 'waiting', toString(tried.state)) AS state, if(tried.attempt = 0, told.created_at, tried.next_at) AS next_at
FROM counted_notification AS told
LEFT JOIN (
  SELECT notification_id, max(row.attempt) AS attempt, argMax(row.step, (row.attempt, row.step)) AS steps, argMax(row.state, (row.attempt, row.step)) AS state,
    argMax(row.next_at, (row.attempt, row.step)) AS next_at,
    toUInt16(countIf(row.state = 'sending' AND row.attempt >= ask.asked)) AS tries
  FROM counted_attempt AS row
  LEFT JOIN (
    SELECT notification_id, maxIf(asking.attempt, asking.state = 'asked') AS asked FROM counted_attempt AS asking GROUP BY notification_id
  ) AS ask ON ask.notification_id = row.notification_id
  GROUP BY notification_id
) AS tried ON tried.notification_id = told.notification_id;

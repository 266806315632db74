-- Who may ask, as it stands: of each user the version that counts (00_fences).

CREATE OR REPLACE VIEW current_access_user AS
SELECT * FROM access_user
WHERE fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
ORDER BY user_id, fence DESC, version DESC LIMIT 1 BY user_id;

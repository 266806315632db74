-- The zones over time of accounts whose months an export shows.
-- Params  export_id String                     whose lines are laid out
-- Params  default_zone String                  of accounts that name none
-- Rows    timeline
-- Why     only the program knows calendars; it gives the months of these back as JSON
SELECT DISTINCT timeline FROM account_timeline(export_id = {export_id:String}, default_zone = {default_zone:String})

-- The closed months that lines of an export correct.
-- Params  export_id String   whose lines are laid out
-- Rows    month
-- Why     their bounds are those of the charges that are corrected
SELECT DISTINCT adjusts_period AS month FROM scratch_export_line WHERE export_id = {export_id:String} AND adjusts_period != ''

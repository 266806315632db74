-- The closed months that lines of an export correct, and those of documents that came later and take back or bill again.
-- Params  export_id String   whose lines are laid out
-- Rows    month
-- Why     their bounds are those of the charges that are corrected
SELECT DISTINCT month
FROM (
  SELECT adjusts_period AS month FROM scratch_export_line WHERE export_id = {export_id:String} AND adjusts_period != ''
  UNION ALL
  SELECT month_of_statement(statement_id) AS month FROM scratch_export_document WHERE export_id = {export_id:String} AND is_later = 1
)

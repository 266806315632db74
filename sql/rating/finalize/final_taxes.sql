-- Tax of documents as they were issued.
-- Params  ids Array(String)
-- Rows    as sql/rating/taxes/draft_taxes.sql
-- Why     written when they were issued, so that no rate put later changes them
SELECT statement_id AS id, tax_rate_id, for_period AS period, name, category, percent, reason, net, amount
FROM statement_tax
WHERE statement_id IN {ids:Array(String)} AND run_seq IN (SELECT run_seq FROM published_run WHERE kind = 'finalize')
ORDER BY id, tax_rate_id, period

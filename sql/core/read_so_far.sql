-- How many rows the engine has read for a file that it writes now, and of how many; a row, or none where nobody writes it.
-- Params  path String    the file; of what a server sends it is the id of the statement
-- Rows    done, total String
-- Why     one statement writes the whole file, and only the engine knows how far it is
SELECT toString(read_rows) AS done, toString(greatest(read_rows, total_rows_approx)) AS total
FROM system.processes
WHERE query_id = {path:String} OR (startsWith(query, 'INSERT INTO FUNCTION file(') AND position(query, {path:String}) > 0)

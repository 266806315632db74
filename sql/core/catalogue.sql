-- Entries of one kind of the catalogue as they stand, in the order of their ids.
-- Params  kind String   domain, zone, offering or template
-- Params  id String     that one alone, '' = all
-- Rows    id, version, name, attributes String
-- Why     what is particular to a kind is JSON, read by the schema of the kind in core/catalogue.ts
SELECT id, version, name, attributes
FROM current_catalogue
WHERE kind = {kind:String} AND ({id:String} = '' OR id = {id:String})
ORDER BY id

-- What shapes stand for.
-- Params  shapes Array(UInt128)   their hashes
-- Rows    shape and what it stands for
-- Why     looked up for what a page holds: joined to a page the whole table would be read into memory
SELECT toString(shape) AS shape_id, project_id, zone, offering, template, resource_type, vm, size, virtual_size, details, tags
FROM shape
WHERE shape.shape IN {shapes:Array(UInt128)}
LIMIT 1 BY shape.shape

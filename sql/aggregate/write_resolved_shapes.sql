-- Keeps what the shapes stand for that partial changes made.
-- Params  none
-- Rows    none
-- Why     no event says them as a whole
INSERT INTO shape
SELECT shape, any(project_id), any(zone), any(offering), any(template), any(resource_type), any(vm), any(size), any(virtual_size), any(details), any(tags)
FROM scratch_resolved
WHERE shape NOT IN (SELECT shape FROM shape)
GROUP BY shape

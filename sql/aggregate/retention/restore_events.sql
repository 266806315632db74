-- Puts the events of an archive file back, at the positions they had.
-- Params  path String, structure String   the columns of table event that files hold, with their types
-- Rows    none
-- Why     columns that a file of an older version does not have get their defaults; what the store derives is derived anew
INSERT INTO event (log_id, log_partition, log_offset, log_claim, source, id, sequence, type, subject, occurred_at, recorded_at, account_id, account, domain,
  project_id, zone, resource, part, name, offering, template, resource_type, vm, size, virtual_size, details, tags, extensions,
  reading_names, reading_values, counter, epoch, revision, original_source, original_id, envelope)
SELECT log_id, log_partition, log_offset, log_claim, source, id, sequence, type, subject, occurred_at, recorded_at, account_id, account, domain,
  project_id, zone, resource, part, name, offering, template, resource_type, vm, size, virtual_size, details, tags, extensions,
  reading_names, reading_values, counter, epoch, revision, original_source, original_id, envelope
FROM file({path:String}, 'Parquet', {structure:String})

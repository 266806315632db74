-- Lets go of the documents an export laid out.
-- Params  export_id String
-- Rows    none
-- Why     others may be written at once, so only its own rows go
ALTER TABLE scratch_export_document DELETE WHERE export_id = {export_id:String}

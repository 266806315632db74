-- How many effects of one version of the usage type registry the store holds.
-- Params  registry_version String
-- Rows    rows UInt64
-- Why     0 = this version was never written; effects are written after the types, so their presence means both
SELECT count() AS rows FROM usage_type_effect WHERE registry_version = {registry_version:String}

-- How many usage types and effects of one version of the registry the store holds.
-- Params  registry_version String
-- Rows    types, effects UInt64
-- Why     each table is written in one insert, once per version: 0 = not written yet, and never written twice, so that joins find each row once
SELECT
  (SELECT count() FROM usage_type WHERE registry_version = {registry_version:String}) AS types,
  (SELECT count() FROM usage_type_effect WHERE registry_version = {registry_version:String}) AS effects

-- Keeps what the engine needs of its events of a month that is about to be archived.
-- Params  source String, yyyymm UInt32 (UTC month)
-- Params  turning Array(String)          event types that say which state a resource is in
-- Rows    none
-- Why     folded in order these events lead to the same state as all: the last event says what the resource is, the last turning
--         one its state, and the last whose id is made of the resource the number of its last command
INSERT INTO engine_horizon
SELECT source, resource, sequence, id, type, occurred_at, account_id, zone, name, offering, template, resource_type, vm, size, details, tags
FROM event
WHERE source = {source:String} AND toYYYYMM(occurred_at) = {yyyymm:UInt32} AND (resource, sequence) IN (
  SELECT resource, arrayJoin([
    max(sequence),
    maxIf(sequence, type IN {turning:Array(String)}),
    maxIf(sequence, startsWith(id, concat(resource, '/')) AND match(substring(id, length(resource) + 2), '^[0-9]+[.][0-9]+$'))])
  FROM event
  WHERE source = {source:String} AND toYYYYMM(occurred_at) = {yyyymm:UInt32}
  GROUP BY resource
)

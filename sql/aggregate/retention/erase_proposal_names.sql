-- Blanks the labels of an account and of its things in what inventories listed and proposed.
-- Params  account_id String
-- Rows    none
-- Why     a list of what exists brings names as events do. A tag or detail of such a name is none: it shapes what is billed
ALTER TABLE inventory_proposal UPDATE
  new = concat('{', arrayStringConcat(arrayMap(told -> concat(toJSONString(told.1), ':', if(told.1 IN ('account', 'name'), toJSONString(''), told.2)),
    JSONExtractKeysAndValuesRaw(new)), ','), '}'),
  event = concat('{', arrayStringConcat(arrayMap(part -> concat(toJSONString(part.1), ':', if(part.1 = 'data',
    concat('{', arrayStringConcat(arrayMap(told -> concat(toJSONString(told.1), ':', if(told.1 IN ('account', 'name'), toJSONString(''), told.2)),
      JSONExtractKeysAndValuesRaw(part.2)), ','), '}'), part.2)), JSONExtractKeysAndValuesRaw(event)), ','), '}')
WHERE JSONExtractString(event, 'data', 'account_id') = {account_id:String} SETTINGS mutations_sync = 1

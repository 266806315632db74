-- What accounts used in the period under prices that its total decides: volume and pools.
-- Params  as_of UInt64, from_ms, to_ms Int64, cuts, edges Array(Int64), price_nos Array(UInt32), usage_types Array(UInt16)
-- Rows    account_no, payer_no, price_no UInt32, quantity Int256
-- Why     the total picks a volume's tier and what a pool costs before any record can be priced. In the order of account ids.
--         usage_types: those that have such a price; no others are read
SELECT account_no, any(payer_no) AS payer_no, price_no, sum(priced_sum.quantity) AS quantity
FROM priced_sum(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, cuts = {cuts:Array(Int64)}, edges = {edges:Array(Int64)},
  usage_types = {usage_types:Array(UInt16)}) AS priced_sum
WHERE price_no IN {price_nos:Array(UInt32)}
GROUP BY account_no, price_no
ORDER BY account_no, price_no

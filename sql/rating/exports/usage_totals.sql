-- What published usage of a month adds up to, by usage type.
-- Params  export_id, period, payer String, part, parts UInt32   whose months are laid out; '' = all accounts; of so many parts this one, from 0
-- Params  as_of UInt64, from_ms, to_ms Int64   the highest run that counts; the month of accounts nobody knows
-- Rows    usage_type, quantity
-- Why     signed rows as they are, without a look at what took what back: another way to the sum than the export's
SELECT toString(usage_type) AS usage_type, toString(sum(usage.quantity)) AS quantity
FROM usage_about_month(payer = {payer:String}, part = {part:UInt32}, parts = {parts:UInt32}, as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}) AS usage
LEFT ANY JOIN (SELECT * FROM scratch_export_month WHERE export_id = {export_id:String} AND month = {period:String}) AS lived ON lived.account_id = usage.account_id
WHERE is_lived(usage.window_start, lived.account_id, lived.starts, lived.ends, {from_ms:Int64}, {to_ms:Int64})
GROUP BY usage_type
HAVING sum(usage.quantity) != 0

-- How a month stands: whether some of it is a draft still, some of it final, and whether lines are by commitments.
-- Params  export_id String, part, parts UInt32 what was laid out for it; of so many parts this one, from 0
-- Rows    drafts, documents, commitments   1 = there are some
-- Why     a month is complete once all of its statements are final; datasets of invoices and of commitments are there where there are any
SELECT toUInt8(countIf(run_seq = 0) > 0) AS drafts, toUInt8(countIf(run_seq != 0) > 0) AS documents, toUInt8(countIf(line_kind = 'commitment' AND is_later = 0) > 0) AS commitments
FROM export_line(export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32})

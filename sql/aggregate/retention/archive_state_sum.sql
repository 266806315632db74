-- What the state at a checkpoint adds up to, whatever the order of its rows.
-- Params  from_ms Int64   the checkpoint, Unix ms UTC
-- Rows    state_checksum String (UInt128)
-- Why     the state at a horizon cannot be made again while the events before it are gone: it can at least be told whether it changed
SELECT toString(sum(reinterpretAsUInt128(sipHash128(*)))) AS state_checksum
FROM open_state(from_ms = {from_ms:Int64}, k_from = 0, k_to = 18446744073709551615, only_touched = 0)

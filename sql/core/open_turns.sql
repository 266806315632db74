-- Turns that are neither settled nor void, in the order of their numbers.
-- Params  none
-- Rows    fence UInt64
-- Why     whoever takes a turn voids those that others left open, so that all below a turn that is done is settled
SELECT fence
FROM control_turn
WHERE fence > (SELECT fence FROM settled_fence)
GROUP BY fence
HAVING countIf(state = 'void') = 0
ORDER BY fence

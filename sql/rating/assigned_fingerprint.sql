-- All assignments of rate cards in one number.
-- Params  none
-- Rows    fingerprint String
-- Why     the same number twice means that everybody is on the cards they were on (P12)
SELECT lower(hex(sum(sipHash64(kind, id, valid_from, rate_card_id, override_card_id)))) AS fingerprint FROM current_card_assignment

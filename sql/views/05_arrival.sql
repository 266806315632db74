-- Arrivals of the present run that count: repeats and conflicts left out. from_offset, to_offset: of the arrivals, both in.
CREATE OR REPLACE VIEW accepted_arrival AS
SELECT * FROM scratch_arrival
WHERE (log_partition, log_offset) NOT IN (
  SELECT log_partition, log_offset FROM event_excluded WHERE log_offset BETWEEN {from_offset:UInt64} AND {to_offset:UInt64}
);

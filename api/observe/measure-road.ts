import type { System } from "../system.ts";
import type { Measure, MetricMaker } from "./measure.ts";

/** The event log: how far it reaches, and on Kafka how far the store is behind it. */
export function measureLog(make: MetricMaker, { eventLog, kafkaLog }: System): Measure {
  return make.measure("log", ({ gauge, counter }) => {
    const position = gauge("tally_log_position", "The last position of the event log that a run may count, from 0", [
      "partition",
    ]);
    const lag = gauge(
      "tally_log_lag_messages",
      "Messages of the topic that are not stored yet; absent while Kafka is away",
      ["partition"],
    );
    const lost = gauge("tally_log_lost_messages", "Messages that Kafka deleted before they were stored", ["partition"]);
    const messages = counter(
      "tally_log_messages_total",
      "Messages of the topic this process has stored or put in quarantine",
      ["outcome"],
    );
    return async () => {
      if (kafkaLog !== null) {
        messages.inc({ outcome: "stored" }, kafkaLog.counts.stored);
        messages.inc({ outcome: "quarantined" }, kafkaLog.counts.refused);
        for (const { partition, ...one } of await kafkaLog.lag().catch(() => [])) {
          lag.set({ partition }, Number(one.messages));
          lost.set({ partition }, Number(one.lost));
        }
      }
      const bound = kafkaLog === null ? await eventLog.bound() : await kafkaLog.stored();
      for (const [partition, offset] of Object.entries(bound)) position.set({ partition }, Number(offset));
    };
  });
}

/** What was refused and waits for somebody. */
export function measureQuarantine(make: MetricMaker, { quarantine }: System): Measure {
  return make.measure("quarantine", ({ gauge }) => {
    const open = gauge("tally_quarantine_open", "Quarantined messages that were never replayed");
    return async () => open.set(await quarantine.count());
  });
}

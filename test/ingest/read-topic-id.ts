// Run as a process of its own, since whom to trust is read when a process begins: prints a topic's id and the topics the client sees.
import { readBrokers } from "../../core/kafka-address.ts";
import { silentLog } from "../../core/log.ts";
import { connectKafka } from "../../ingest/kafka/connect.ts";
import { readTopicId } from "../../ingest/kafka/topic-id.ts";

const { BROKERS = "", TOPIC = "" } = process.env;
const brokers = readBrokers(BROKERS);
if (brokers === null) throw new Error("BROKERS cannot be read");
const id = await readTopicId(brokers, TOPIC);
const admin = connectKafka({ brokers, log: silentLog }).admin();
await admin.connect();
const topics = (await admin.listTopics()).filter((topic) => topic === TOPIC);
await admin.disconnect();
process.stdout.write(JSON.stringify({ id, topics }));

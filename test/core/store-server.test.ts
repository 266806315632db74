import { describeStore } from "../conformance/store.ts";
import { openServedStore } from "../clickhouse-server/open.ts";

describeStore("server over HTTP", openServedStore);

// A test server as a process of its own: node --import tsx test/clickhouse-server/main.ts FOLDER PORT. It tells its address in
// one line, and ends with the pipe on its standard input: whoever began it and died leaves none behind.
import { startClickHouseServer } from "./server.ts";

const [folder = "", port = "0"] = process.argv.slice(2);
const server = await startClickHouseServer({ folder, port: Number(port) });
process.stdout.write(`${server.url}\n`);
process.stdin.on("end", () => process.exit(0)).resume();

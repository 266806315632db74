import { Command } from "commander";
import type { Notification } from "../notify/notifications.ts";
import type { Webhook } from "../notify/webhooks.ts";
import { type Cli, collect, resultCommand } from "./cli.ts";
import { queryOf } from "../client/client.ts";
import { renderTable } from "./output.ts";

/** `tally webhooks`: whom facts are told to over HTTP. */
export function webhooksCommand(cli: Cli): Command {
  const at = (id: string): string => `/v1/webhooks/${encodeURIComponent(id)}`;
  const told = ({ webhook_id, secret }: { webhook_id: string; secret: string }): string =>
    `${webhook_id}\nSecret, shown this once: ${secret}\n`;
  return new Command("webhooks")
    .description("whom facts are told to over HTTP, signed as Standard Webhooks")
    .addCommand(
      resultCommand("list", "all webhooks").action(async (options: { json?: boolean }) => {
        const found = await cli.call<{ data: Webhook[] }>({ method: "GET", path: "/v1/webhooks" });
        const head = ["id", "url", "facts", "state", "changed", "by"];
        cli.show(found, options, ({ data }) =>
          data.length === 0
            ? "No webhooks.\n"
            : renderTable(
                data.map(({ webhook_id, url, facts, state, changed_at, changed_by }) => {
                  const wanted = facts.length === 0 ? "all" : facts.join(", ");
                  return [webhook_id, url, wanted, state, changed_at, changed_by];
                }),
                { head },
              ),
        );
      }),
    )
    .addCommand(
      resultCommand("create", "tell facts to an address")
        .argument("<url>", "https, of a public address")
        .option("--fact <type>", "such as statement.finalized; may be repeated; all when left out", collect)
        .action(async (url: string, options: { fact?: string[]; json?: boolean }) => {
          const body = JSON.stringify({ url, facts: options.fact ?? [] });
          const made = await cli.call<Webhook & { secret: string }>({ method: "POST", path: "/v1/webhooks", body });
          cli.show(made, options, told);
        }),
    )
    .addCommand(
      resultCommand("rotate", "give a webhook a new secret; the former one signs beside it for a day")
        .argument("<id>")
        .action(async (id: string, options: { json?: boolean }) => {
          const path = `${at(id)}/rotate`;
          cli.show(await cli.call<Webhook & { secret: string }>({ method: "POST", path }), options, told);
        }),
    )
    .addCommand(
      resultCommand("revoke", "send nothing there any more")
        .argument("<id>")
        .action(async (id: string, options: { json?: boolean }) => {
          const revoked = await cli.call<Webhook>({ method: "DELETE", path: at(id) });
          cli.show(revoked, options, () => `${id} is revoked.\n`);
        }),
    );
}

/** `tally notifications`: what was told to whom, and what became of it. */
export function notificationsCommand(cli: Cli): Command {
  return new Command("notifications")
    .description("what was told to whom, and what became of it")
    .addCommand(
      resultCommand("list", "notifications, the latest first")
        .option("--state <state>", "such as unknown or failed")
        .option("--fact <type>", "such as statement.finalized")
        .option("--cursor <text>", "go on where a former list ended")
        .action(async (options: { state?: string; fact?: string; cursor?: string; json?: boolean }) => {
          const { state, fact, cursor } = options;
          const path = `/v1/notifications${queryOf({ state, fact, cursor })}`;
          const found = await cli.call<{ data: Notification[]; next_cursor: string | null }>({ method: "GET", path });
          const head = ["id", "fact", "about", "to", "state", "tries", "last answer", "created"];
          cli.show(found, options, ({ data, next_cursor }) => {
            if (data.length === 0) return "No notifications.\n";
            const rows = data.map(({ notification_id, subject, recipient, attempts, created_at, ...one }) => {
              const tries = attempts.filter(({ state: step }) => step === "sending").length;
              const answered = attempts.at(-1)?.answer ?? "";
              return [notification_id, one.fact, subject, recipient, one.state, String(tries), answered, created_at];
            });
            const more = next_cursor === null ? "" : `There are more: --cursor ${next_cursor}\n`;
            return renderTable(rows, { head, right: ["tries"] }) + more;
          });
        }),
    )
    .addCommand(
      resultCommand("resend", "send one again, whatever became of it")
        .argument("<id>")
        .action(async (id: string, options: { json?: boolean }) => {
          const path = `/v1/notifications/${encodeURIComponent(id)}/resend`;
          const asked = await cli.call<Notification>({ method: "POST", path });
          cli.show(asked, options, () => `${id} is sent again by the server that runs.\n`);
        }),
    );
}

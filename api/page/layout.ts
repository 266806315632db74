import { html, type Html } from "../../core/html.ts";

/** One page: its heading, what stands in it, and whether there is a session to end. */
export interface PageContent {
  readonly title: string;
  readonly main: Html;
  readonly signed_in: boolean;
}

/** The frame all pages share. */
export function renderPage({ title, main, signed_in }: PageContent): string {
  const leave = html`<form method="post" action="/logout"><button class="quiet">Sign out</button></form>`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Tallyhouse</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/page.css" />
      </head>
      <body>
        <a class="skip" href="#main">Skip to content</a>
        <header class="top">
          <a class="brand" href="/"><span class="mark" aria-hidden="true"></span>Tallyhouse</a>
          <nav aria-label="Site"><a href="/docs">API</a>${signed_in ? leave : null}</nav>
        </header>
        <main id="main">${main}</main>
      </body>
    </html> `.markup;
}

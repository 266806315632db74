import { html, type Html } from "../../core/html.ts";

/** The way in: a token of this installation. `fault` says why the last try failed, '' = there was none. */
export function renderLogin(fault: string): Html {
  return html`<div class="card login">
    <h1>Sign in</h1>
    ${fault === "" ? null : html`<p class="fault" role="alert">${fault}</p>`}
    <form method="post" action="/login">
      <label>Token <input type="password" name="token" autocomplete="current-password" required autofocus /></label>
      <button>Sign in</button>
    </form>
    <p class="muted">
      The admin token was printed at the first start. A new one:
      <code>npx tally keys create --role admin --name me</code>
    </p>
  </div>`;
}

import { useEffect } from "preact/hooks";
import { textIn } from "./fields.ts";
import { signIn } from "./session.ts";
import { useAct } from "./load.ts";
import { go, here, said } from "./address.ts";

/** The way in: a token of this installation, or a user's name and password. */
export function Login() {
  const { busy, error, act } = useAct();
  const byPassword = said("with") === "password";
  useEffect(() => {
    document.title = "Sign in · Tallyhouse";
  }, []);
  const submit = (form: HTMLFormElement): void => {
    const names = ["token", "domain", "username", "password"];
    const given = names.map((name) => [name, textIn(form, name)] as const).filter(([, text]) => text !== "");
    act(async () => {
      await signIn(Object.fromEntries(given));
      go(here({ with: "" }), { quietly: true });
      return "Signed in";
    });
  };
  return (
    <div class="card login">
      <h1>Sign in</h1>
      {error === null ? null : (
        <p class="fault" role="alert">
          {error.message}
        </p>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit(event.currentTarget);
        }}
      >
        {byPassword ? <Passwords /> : <Token />}
        <button disabled={busy}>{busy ? "Signing in…" : "Sign in"}</button>
      </form>
      <p>
        <button
          type="button"
          class="link"
          onClick={() => go(here({ with: byPassword ? "" : "password" }), { quietly: true })}
        >
          {byPassword ? "With a token instead" : "With a user name and password instead"}
        </button>
      </p>
      {byPassword ? null : (
        <p class="muted">
          The admin token was printed at the first start. A new one:{" "}
          <code>npx tally keys create --role admin --name me</code>
        </p>
      )}
    </div>
  );
}

function Token() {
  return (
    <>
      {/* Where a browser keeps the token it wants a name to keep it under. */}
      <input hidden readOnly autocomplete="username" value="token" />
      <label>
        Token
        <input type="password" name="token" autocomplete="current-password" required autofocus />
      </label>
    </>
  );
}

function Passwords() {
  return (
    <>
      <label>
        Domain
        <input name="domain" autocomplete="organization" placeholder="ROOT" />
      </label>
      <label>
        User name
        <input name="username" autocomplete="username" required />
      </label>
      <label>
        Password
        <input type="password" name="password" autocomplete="current-password" required />
      </label>
    </>
  );
}

import type { ComponentChildren } from "preact";
import type { Loaded } from "../load.ts";

/** A place with nothing in it, and why, and what would change that. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ComponentChildren }) {
  return (
    <div class="card empty">
      <p>
        <strong>{title}</strong>
      </p>
      {children === undefined ? null : <p class="muted">{children}</p>}
    </div>
  );
}

/** What went wrong, and the way to try again. */
export function Fault({
  error,
  again,
}: {
  readonly error: { readonly title: string; readonly message: string };
  readonly again?: () => void;
}) {
  return (
    <div class="card fault" role="alert">
      <p>
        <strong>{error.title}</strong>
      </p>
      <p>{error.message}</p>
      {again === undefined ? null : (
        <p>
          <button type="button" class="quiet" onClick={again}>
            Try again
          </button>
        </p>
      )}
    </div>
  );
}

/** The answer of a question once it is there; until then that it is waited for, or why it was refused. */
export function Answer<T>({
  of,
  children,
}: {
  readonly of: Loaded<T>;
  readonly children: (data: T) => ComponentChildren;
}) {
  if (of.error !== null) return <Fault error={of.error} again={of.again} />;
  if (of.data === null) {
    return (
      <p class="waiting" role="status">
        Reading…
      </p>
    );
  }
  return <div aria-busy={of.loading}>{children(of.data)}</div>;
}

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { say } from "./announce.ts";
import { Refusal } from "./client.ts";
import { caller } from "./session.ts";

/** What came of a question: still asked, answered, or refused. What was answered before stays in sight meanwhile. */
export interface Loaded<T> {
  readonly data: T | null;
  readonly error: Refusal | null;
  readonly loading: boolean;
  readonly again: () => void;
}

/**
 * Asks whenever `key` changes, and gives up what is no longer wanted. `key` says all that the question depends on; null = there is
 * nothing to ask.
 */
export function useLoad<T>(key: string | null, read: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ key: string | null; data: T | null; error: Refusal | null; loading: boolean }>({
    key: null,
    data: null,
    error: null,
    loading: key !== null,
  });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (key === null) {
      setState({ key, data: null, error: null, loading: false });
      return;
    }
    const given = new AbortController();
    setState((before) => ({ ...before, data: before.key === key ? before.data : null, error: null, loading: true }));
    read(given.signal).then(
      (data) => {
        if (!given.signal.aborted) setState({ key, data, error: null, loading: false });
      },
      (cause: unknown) => {
        if (given.signal.aborted) return;
        const error =
          cause instanceof Refusal ? cause : new Refusal(0, { title: "The page failed", detail: String(cause) });
        if (error.status === 401) caller.value = null;
        say(`${error.title}. ${error.message}`);
        setState({ key, data: null, error, loading: false });
      },
    );
    return () => given.abort();
    // The key says what `read` depends on.
  }, [key, turn]);
  const again = useCallback(() => setTurn((before) => before + 1), []);
  return { data: state.data, error: state.error, loading: state.loading || state.key !== key, again };
}

/** An act of the user's: whether it is going on, and why it was refused. What was pressed has the focus again once it has ended. */
export function useAct(): {
  readonly busy: boolean;
  readonly error: Refusal | null;
  readonly act: (doIt: () => Promise<string>) => void;
} {
  const [state, setState] = useState<{ busy: boolean; error: Refusal | null }>({ busy: false, error: null });
  const pressed = useRef<Element | null>(null);
  // A button that is disabled meanwhile loses it, and who has no mouse would begin at the top of the page.
  useEffect(() => {
    const { activeElement, body } = document;
    if (!state.busy && activeElement === body && pressed.current instanceof HTMLElement) pressed.current.focus();
  }, [state.busy]);
  const act = useCallback((doIt: () => Promise<string>) => {
    pressed.current = document.activeElement;
    setState({ busy: true, error: null });
    doIt().then(
      (told) => {
        say(told);
        setState({ busy: false, error: null });
      },
      (cause: unknown) => {
        const error =
          cause instanceof Refusal ? cause : new Refusal(0, { title: "The page failed", detail: String(cause) });
        say(`${error.title}. ${error.message}`);
        setState({ busy: false, error });
      },
    );
  }, []);
  return { ...state, act };
}

import { render } from "preact";
import { homeOf, viewAt } from "../addresses.ts";
import { followAddress, path } from "./address.ts";
import { Frame, Heading } from "./frame.tsx";
import { hearKeys } from "./keys.ts";
import { Login } from "./login.tsx";
import { Empty, Fault } from "./parts/states.tsx";
import { useLoad } from "./load.ts";
import { caller, openSession } from "./session.ts";
import { views } from "./views.ts";
import "./style.css";

function App() {
  const opened = useLoad("session", () => openSession());
  const who = caller.value;
  if (opened.error !== null)
    return (
      <Frame>
        <Fault error={opened.error} again={opened.again} />
      </Frame>
    );
  if (who === undefined)
    return (
      <Frame>
        <p class="waiting" role="status">
          Reading…
        </p>
      </Frame>
    );
  const at = path.value === "/" ? viewAt(`/${homeOf(who?.role ?? "")}`) : viewAt(path.value);
  return <Frame>{at === null ? <Nothing /> : who === null ? <Login /> : <View at={at} role={who.role} />}</Frame>;
}

/** What is told at an address where no view is, also to those who have not signed in. */
function Nothing() {
  return (
    <>
      <Heading title="Nothing here" />
      <Empty title="There is no such page.">
        <a href="/">Back to the start</a>
      </Empty>
    </>
  );
}

/** What stands at the address, if the role may see it. */
function View({ at, role }: { readonly at: NonNullable<ReturnType<typeof viewAt>>; readonly role: string }) {
  if (!at.view.roles.includes(role)) {
    return (
      <>
        <Heading title={at.view.title} />
        <Empty title="This is not for you.">
          The role {role} may not see it. <a href="/">Back to the start</a>
        </Empty>
      </>
    );
  }
  const Shown = views[at.view.name];
  return <Shown {...at.params} key={at.view.name} />;
}

followAddress();
hearKeys();
const root = document.querySelector("#app");
if (root !== null) render(<App />, root);

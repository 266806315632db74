import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

// The published business rules of EN 16931 and Peppol, as compiled stylesheets from Maven Central, run by Saxon-HE: a second opinion on our checker.

const saxon = "net.sf.saxon:Saxon-HE:12.5";
const rules = [
  {
    name: "EN 16931",
    jar: "com.helger.phive.rules:phive-rules-en16931:3.2.13",
    of: "urn:cen.eu:en16931:2017",
    path: "external/schematron/1.3.14.2/ubl/EN16931-UBL-validation.xslt",
  },
  {
    name: "Peppol BIS 3",
    jar: "com.helger.phive.rules:phive-rules-peppol:3.2.13",
    of: "urn:fdc:peppol.eu:2017:poacc:billing:3.0",
    path: "external/schematron/openpeppol/2025.5/xslt/PEPPOL-EN16931-UBL.xslt",
  },
] as const;
const folder = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "tally", "schematron-3.2.13");
const isThere = (command: string): boolean =>
  (process.env["PATH"] ?? "").split(":").some((path) => existsSync(join(path, command)));
const missing = ["java", "mvn", "unzip"].filter((command) => !isThere(command));
const cannot = missing.length > 0 && !(isThere("java") && existsSync(folder));

/** True where the rules are left out; with TALLY_TEST_REAL=1 they never are: what does not run has failed. */
export const skipSchematron = cannot && process.env["TALLY_TEST_REAL"] !== "1";

/** What the name of a group of tests says of its being left out. */
export const schematronNote = skipSchematron ? ` (not run: apt-get install ${missing.join(" ")})` : "";

/** What each document breaks of which rules, by its name: `[BR-CO-10]-…`. @throws Error that says what is missing */
export function brokenPublishedRules(documents: Readonly<Record<string, string>>): Record<string, string[]> {
  if (cannot) throw new Error(`the published rules are not here: apt-get install ${missing.join(" ")}`);
  fetchRules();
  const work = mkdtempSync(join(folder, "run-"));
  const broken: Record<string, string[]> = Object.fromEntries(Object.keys(documents).map((name) => [name, []]));
  const jars = readdirSync(join(folder, "jars")).map((name) => join(folder, "jars", name));
  for (const { name: rule, path, of } of rules) {
    // Documents are held to what they say they keep.
    const wanted = Object.entries(documents).filter(([, xml]) => xml.includes(of));
    const [from, to] = [join(work, `${of.length}-in`), join(work, `${of.length}-out`)];
    for (const made of [from, to]) mkdirSync(made);
    for (const [name, xml] of wanted) writeFileSync(join(from, `${name}.xml`), xml);
    const run = [
      "-cp",
      jars.join(":"),
      "net.sf.saxon.Transform",
      `-s:${from}`,
      `-o:${to}`,
      `-xsl:${join(folder, path)}`,
    ];
    execFileSync("java", run, { stdio: ["ignore", "ignore", "ignore"], timeout: 180_000 });
    for (const [name] of wanted) {
      const report = readFileSync(join(to, `${name}.xml`), "utf8");
      if (!report.includes("svrl:fired-rule")) throw new Error(`${rule} looked at nothing of ${name}`);
      const failed = report.match(/<svrl:failed-assert[\s\S]*?<\/svrl:failed-assert>/g) ?? [];
      broken[name]?.push(
        ...failed
          .filter((one) => /flag="fatal"/.test(one))
          .map((one) => /<svrl:text>([\s\S]*?)<\/svrl:text>/.exec(one)?.[1]?.trim() ?? one),
      );
    }
  }
  rmSync(work, { recursive: true, force: true });
  return broken;
}

/** The stylesheets and the engine, fetched once for all checkouts. Whoever is second takes what the first one put there. */
function fetchRules(): void {
  if (existsSync(folder)) return;
  mkdirSync(join(folder, ".."), { recursive: true });
  const work = mkdtempSync(`${folder}-`);
  const wanted = [saxon, ...rules.map(({ jar }) => jar)].map((jar) => {
    const [group, artifact, version] = jar.split(":");
    const alone =
      jar === saxon
        ? ""
        : "<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>";
    return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>${alone}</dependency>`;
  });
  writeFileSync(
    join(work, "pom.xml"),
    `<project><modelVersion>4.0.0</modelVersion><groupId>t</groupId><artifactId>t</artifactId><version>1</version><dependencies>${wanted.join("")}</dependencies></project>`,
  );
  const copy = ["-q", "-B", "dependency:copy-dependencies", `-DoutputDirectory=${join(work, "jars")}`];
  execFileSync("mvn", copy, { cwd: work, stdio: ["ignore", "ignore", "inherit"], timeout: 600_000 });
  for (const { jar, path } of rules) {
    const [, artifact, version] = jar.split(":");
    execFileSync("unzip", ["-q", "-o", join(work, "jars", `${artifact}-${version}.jar`), path, "-d", work]);
  }
  try {
    renameSync(work, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
}

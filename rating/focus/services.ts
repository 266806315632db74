import { AppError } from "../../core/errors.ts";
import type { UsageType } from "../../core/usage-type.ts";

/** How FOCUS files what a usage type counts. `by_offering`: an SKU for each offering. */
interface Service {
  readonly service: string;
  readonly category: string;
  readonly subcategory: string;
  readonly sku: string;
  readonly by_offering?: boolean;
  readonly meter: string;
  readonly resource_type: string;
}

const inCategory =
  (category: string) =>
  (subcategory: string) =>
  (service: string, sku: string, meter: string, resource_type: string, by_offering = false): Service => ({
    category,
    subcategory,
    service,
    sku,
    meter,
    resource_type,
    by_offering,
  });
const compute = inCategory("Compute")("Virtual Machines");
const networking = inCategory("Networking");
const storage = inCategory("Storage");
const infrastructure = networking("Network Infrastructure");
const connectivity = networking("Network Connectivity");
const block = storage("Block Storage");
const backup = storage("Backup Storage");
const image = storage("Other (Storage)");

/** The usage types every installation has. Ids of SKUs stay what they are: whoever reads exports keeps them. */
const builtIn: Readonly<Record<number, Service>> = {
  1: compute("Virtual Machines", "vm.running", "Running VM time", "Virtual Machine", true),
  2: compute("Virtual Machines", "vm.allocated", "Allocated VM time", "Virtual Machine", true),
  3: infrastructure("Public IP Addresses", "net.ipv4", "Public IPv4 address time", "Public IP Address"),
  4: connectivity("Data Transfer", "net.bytes.sent", "Data sent", "Network"),
  5: connectivity("Data Transfer", "net.bytes.recv", "Data received", "Network"),
  6: block("Block Volumes", "vol", "Provisioned volume capacity", "Volume", true),
  7: image("Image Storage", "img.template", "Template capacity", "Template"),
  8: image("Image Storage", "img.iso", "ISO capacity", "ISO Image"),
  9: backup("Volume Snapshots", "snap.volume", "Snapshot capacity", "Volume Snapshot"),
  10: networking("Network Security")("Security Groups", "net.sg", "Security group time", "Security Group"),
  11: networking("Application Networking")("Load Balancing", "net.lb", "Load balancer rule time", "Load Balancer Rule"),
  12: networking("Network Routing")("Port Forwarding", "net.pf", "Port forwarding rule time", "Port Forwarding Rule"),
  13: infrastructure("Virtual Networks", "net.offering", "Network offering time", "Network Offering", true),
  14: connectivity("Remote Access VPN", "net.vpn.user", "VPN user time", "VPN User"),
  21: block("Block Volumes", "vol.io.read", "Disk read operations", "Volume"),
  22: block("Block Volumes", "vol.io.write", "Disk write operations", "Volume"),
  23: block("Block Volumes", "vol.bytes.read", "Disk bytes read", "Volume"),
  24: block("Block Volumes", "vol.bytes.write", "Disk bytes written", "Volume"),
  25: backup("VM Snapshots", "snap.vm", "VM snapshot capacity", "VM Snapshot"),
  26: backup("Secondary Volume Storage", "vol.secondary", "Volume on secondary storage", "Volume"),
  27: backup("VM Snapshots", "snap.vm.primary", "VM snapshot on primary storage", "VM Snapshot"),
  28: backup("VM Backup", "backup.vm", "Backup capacity", "Backup"),
  29: storage("Object Storage")("Object Storage", "obj.std", "Object storage capacity", "Bucket"),
  30: infrastructure("Virtual Networks", "net.network", "Network time", "Network"),
  31: infrastructure("Virtual Networks", "net.vpc", "VPC time", "VPC"),
  1001: backup("Volume Snapshots", "snap.volume.primary", "Snapshot on primary storage", "Volume Snapshot"),
  1002: infrastructure("Public IP Addresses", "net.ipv6", "Public IPv6 address time", "Public IP Address"),
  1003: compute("Virtual Machines", "vm.console", "Console session time", "Virtual Machine"),
};
/** What is counted and has no unit of its own in the registry. */
const nouns: Readonly<Record<number, string>> = { 21: "Operations", 22: "Operations" };

/** What FOCUS calls the use of each type, as sql/views/16_focus.sql takes it. `categories`: of operators' own types, as the setting says. */
export function focusTypes(usageTypes: readonly UsageType[], categories: string): string {
  const chosen = readCategories(categories);
  if (chosen === null)
    throw new AppError("invalid-setting", `export.focus.services is "${categories}", expected categories FOCUS knows`);
  return JSON.stringify(
    usageTypes.map((type) => {
      const { usage_type, name, description, unit } = type;
      const [category, subcategory] = chosen.get(usage_type) ?? ["Other", "Other (Other)"];
      const title = titled(name);
      // one service has one category, whatever others are called
      const own: Service = {
        service: title,
        category,
        subcategory,
        sku: `type.${usage_type}`,
        meter: description === "" ? title : description,
        resource_type: title,
      };
      const { by_offering = false, ...service } = builtIn[usage_type] ?? own;
      const noun = nouns[usage_type] ?? titled(unit.replace(/_ms$/, "").replace(/([^s])$/, "$1s"));
      return { usage_type, ...service, by_offering: by_offering ? 1 : 0, noun, ...consumed(unit, noun) };
    }),
  );
}

/** What use is shown in, whatever it is priced by. */
function consumed(unit: string, noun: string): { consumed_unit: string; consumed_base: string } {
  if (unit === "ms") return { consumed_unit: "Hours", consumed_base: "3600000" };
  if (unit === "byte_ms") return { consumed_unit: "GiB-Hours", consumed_base: "3865470566400000" };
  if (unit === "bytes") return { consumed_unit: "GiB", consumed_base: "1073741824" };
  if (unit.endsWith("_ms")) return { consumed_unit: `${noun}-Hours`, consumed_base: "3600000" };
  return { consumed_unit: noun, consumed_base: "1" };
}

/** `CONSOLE_SESSION` as `Console Session`. */
function titled(name: string): string {
  return name
    .split(/[_\s-]+/)
    .filter((word) => word !== "")
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase())
    .join(" ");
}

/** `2001=Databases/Caching, 2002=Security` by type; a category alone has its own "Other". Null where it says something else. */
function readCategories(text: string): ReadonlyMap<number, readonly [string, string]> | null {
  const found = new Map<number, readonly [string, string]>();
  for (const entry of text.split(",").map((part) => part.trim())) {
    if (entry === "") continue;
    const [, id, category = "", subcategory] = /^(\d{1,5})=([^/=]+)(?:\/([^/=]+))?$/.exec(entry) ?? [];
    const known = subcategories[category.trim()];
    const chosen = subcategory?.trim() ?? `Other (${category.trim()})`;
    if (id === undefined || known === undefined) return null;
    if (chosen !== `Other (${category.trim()})` && !known.includes(chosen)) return null;
    found.set(Number(id), [category.trim(), chosen]);
  }
  return found;
}

/** The categories of services FOCUS knows, with what is in each besides its "Other (…)". */
export const subcategories: Readonly<Record<string, readonly string[]>> = {
  "AI and Machine Learning": [
    "AI Platforms",
    "Bots",
    "Generative AI",
    "Machine Learning",
    "Natural Language Processing",
  ],
  Analytics: ["Analytics Platforms", "Business Intelligence", "Data Processing", "Search", "Streaming Analytics"],
  "Business Applications": ["Productivity and Collaboration"],
  Compute: ["Containers", "End User Computing", "Quantum Compute", "Serverless Compute", "Virtual Machines"],
  Databases: [
    "Caching",
    "Data Warehouses",
    "Ledger Databases",
    "NoSQL Databases",
    "Relational Databases",
    "Time Series Databases",
  ],
  "Developer Tools": [
    "Developer Platforms",
    "Continuous Integration and Deployment",
    "Development Environments",
    "Source Code Management",
    "Quality Assurance",
  ],
  Identity: ["Identity and Access Management"],
  Integration: ["API Management", "Messaging", "Workflow Orchestration"],
  "Internet of Things": ["IoT Analytics", "IoT Platforms"],
  "Management and Governance": [
    "Architecture",
    "Compliance",
    "Cost Management",
    "Data Governance",
    "Disaster Recovery",
    "Endpoint Management",
    "Observability",
    "Support",
  ],
  Media: ["Content Creation", "Gaming", "Media Streaming", "Mixed Reality"],
  Migration: ["Data Migration", "Resource Migration"],
  Mobile: [],
  Multicloud: ["Multicloud Integration"],
  Networking: [
    "Application Networking",
    "Content Delivery",
    "Network Connectivity",
    "Network Infrastructure",
    "Network Routing",
    "Network Security",
  ],
  Security: ["Secret Management", "Security Posture Management", "Threat Detection and Response"],
  Storage: ["Backup Storage", "Block Storage", "File Storage", "Object Storage", "Storage Platforms"],
  Web: ["Application Platforms"],
  Other: [],
};

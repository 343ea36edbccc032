/** The dependency rule as data: which folder may import what. `layers.test.ts` holds the tree against it. */
import type { IForbiddenRuleType } from "dependency-cruiser";

/** One row of the table. Patterns are regular expressions over paths from the root; a layer may always import itself. */
interface Layer {
  readonly name: string;
  readonly path: string;
  /** Paths of ours it may import. */
  readonly imports: readonly string[];
  /** npm packages by name; "any" for all that no other layer has for itself. */
  readonly packages: readonly string[] | "any";
  /** Modules of the platform (`node:`). */
  readonly platform: boolean;
}

const DOMAIN = "^src/domain/";
const PORTS = "^src/ports/";
const SOLVER_CONTRACT = "^solver/(problem|solution)\\.ts$";
const POOL_PORT = "^workers/pool\\.ts$";
/** What scheduling shows to the outside: one trip from snapshot to plan, and the check of its result. */
const SCHEDULING = "^src/scheduling/";
const WIRE_SCHEMAS = "^src/api/[a-z-]*(schema|response|request)\\.ts$";

const LAYERS: readonly Layer[] = [
  { name: "solver", path: "^solver/(?!glpk/)", imports: [], packages: [], platform: false },
  { name: "solver-glpk", path: "^solver/glpk/", imports: ["^solver/"], packages: ["glpk.js"], platform: false },
  { name: "workers", path: "^workers/", imports: ["^solver/"], packages: ["piscina", "comlink"], platform: true },
  { name: "domain", path: DOMAIN, imports: [], packages: [], platform: false },
  { name: "scheduling", path: "^src/scheduling/", imports: [DOMAIN, SOLVER_CONTRACT], packages: [], platform: false },
  { name: "disruption", path: "^src/disruption/", imports: [DOMAIN, SOLVER_CONTRACT], packages: [], platform: false },
  { name: "ports", path: PORTS, imports: [DOMAIN], packages: [], platform: false },
  {
    name: "controller",
    path: "^src/controller/",
    imports: [DOMAIN, "^src/(scheduling|disruption)/", PORTS, POOL_PORT],
    packages: [],
    platform: false,
  },
  ...["catalog", "kube", "ec2", "sim"].map((system) => ({
    name: `adapter-${system}`,
    path: `^src/adapters/${system}/`,
    imports: [DOMAIN, PORTS, WIRE_SCHEMAS],
    packages: "any" as const,
    platform: true,
  })),
  {
    name: "api",
    path: "^src/api/",
    imports: [DOMAIN, PORTS, SCHEDULING, "^src/disruption/", POOL_PORT, SOLVER_CONTRACT],
    packages: "any",
    platform: true,
  },
  {
    name: "cli",
    path: "^src/cli/",
    imports: [DOMAIN, PORTS, SCHEDULING, "^src/disruption/", "^src/api/"],
    packages: "any",
    platform: true,
  },
  {
    name: "web",
    path: "^src/web/",
    imports: [DOMAIN, PORTS, "^src/api/"],
    packages: "any",
    platform: true,
  },
  { name: "compose", path: "^src/compose\\.ts$", imports: ["^(solver|workers|src)/"], packages: "any", platform: true },
  {
    name: "main",
    path: "^src/main\\.ts$",
    imports: ["^src/(cli|api)/", "^src/compose\\.ts$"],
    packages: [],
    platform: true,
  },
  { name: "index", path: "^src/index\\.ts$", imports: ["^(solver|workers|src)/"], packages: [], platform: false },
];

/** Packages, or scopes of packages, that one place alone may import: replacing one is a change to one folder. */
const OWNED_PACKAGES: readonly { readonly packages: readonly string[]; readonly owner: string }[] = [
  { packages: ["glpk.js"], owner: "^solver/glpk/" },
  { packages: ["piscina", "comlink"], owner: "^workers/" },
  { packages: ["@aws-sdk"], owner: "^src/adapters/ec2/" },
  { packages: ["@kubernetes"], owner: "^src/adapters/kube/" },
  { packages: ["hono", "@hono"], owner: "^src/api/" },
  { packages: ["commander", "cli-progress", "cli-table3"], owner: "^src/cli/" },
];

const TESTS = "^(test|bench)/";
const PRODUCT = "^(solver|workers|src)/";

function packagePath(name: string): string {
  return `node_modules/${name.replaceAll(".", "\\.")}/`;
}

function layerRule(layer: Layer): IForbiddenRuleType {
  const packages = layer.packages === "any" ? ["node_modules/"] : layer.packages.map(packagePath);
  return {
    name: `layer-${layer.name}`,
    severity: "error",
    from: { path: layer.path },
    to: {
      pathNot: [layer.path, ...layer.imports, ...packages],
      ...(layer.platform ? { dependencyTypesNot: ["core"] } : {}),
    },
  };
}

/** The rules, for dependency-cruiser. */
export function layerRules(): IForbiddenRuleType[] {
  return [
    ...LAYERS.map(layerRule),
    {
      name: "no-other-folder",
      comment: "A file of the product that no row of the table covers: add a row first.",
      severity: "error",
      from: { path: PRODUCT, pathNot: LAYERS.map((layer) => layer.path) },
      to: {},
    },
    { name: "no-cycle", severity: "error", from: {}, to: { circular: true } },
    { name: "no-unresolved", severity: "error", from: {}, to: { couldNotResolve: true } },
    { name: "no-tests-in-product", severity: "error", from: { path: PRODUCT }, to: { path: `${TESTS}|^scripts/` } },
    {
      name: "no-dev-packages-in-product",
      severity: "error",
      from: { path: PRODUCT },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    },
    {
      name: "only-compose-wires",
      comment: "Adapters and pools reach the rest through ports.",
      severity: "error",
      from: { path: PRODUCT, pathNot: ["^src/compose\\.ts$", "^src/adapters/", "^workers/"] },
      to: { path: "^src/adapters/|^workers/(?!pool\\.ts$)" },
    },
    {
      name: "compose-is-the-root",
      severity: "error",
      from: { path: PRODUCT, pathNot: "^src/(main|index)\\.ts$" },
      to: { path: "^src/(compose|main|index)\\.ts$" },
    },
    ...OWNED_PACKAGES.map(({ packages, owner }): IForbiddenRuleType => ({
      name: `owner-of-${packages[0] ?? ""}`,
      severity: "error",
      from: { path: PRODUCT, pathNot: owner },
      to: { path: packages.map(packagePath) },
    })),
  ];
}

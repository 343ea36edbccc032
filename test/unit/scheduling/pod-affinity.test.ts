/** Required pod affinity over zones and hosts, and anti-affinity over zones: compiled, solved, decoded and verified. */
import assert from "node:assert/strict";
import { beforeAll, describe, test } from "vitest";
import { certifySolution } from "../../../solver/certify.ts";
import { createGlpk } from "../../../solver/glpk/glpk.ts";
import type { LinearSolver } from "../../../solver/linear-program.ts";
import { solveProblem } from "../../../solver/solve.ts";
import type { Plan } from "../../../src/domain/plan.ts";
import type { Snapshot } from "../../../src/domain/snapshot.ts";
import { compileProblem } from "../../../src/scheduling/compile.ts";
import { decodePlan } from "../../../src/scheduling/decode.ts";
import { verifyPlan } from "../../../src/scheduling/verify.ts";
import { affinityTerm, instanceType, node, pod, replicas, snapshot, spreadOver } from "../../support/builders.ts";
import { leftOf } from "../../support/planning.ts";

const HOST = "kubernetes.io/hostname";
const ZONE = "topology.kubernetes.io/zone";
const zones = ["us-east-1a", "us-east-1b", "us-east-1c"];
const types = [instanceType("m5.xlarge", { cpu: 4, memory: "16Gi", pods: 58, price: 0.2, zones })];
const db = pod("db").cpu(1).labelled({ app: "db" });
const web = pod("web").cpu(1).labelled({ app: "web" });

let linear: LinearSolver;
beforeAll(async () => {
  linear = await createGlpk();
});

function plan(given: Snapshot): Plan {
  const compiled = compileProblem(given);
  const options = { strategy: "ilp", timeLimitMs: Infinity, workLimit: 500, gapTarget: 0, seed: 1 } as const;
  const solution = solveProblem(compiled.problem, options, { now: () => 0, linear });
  assert.deepEqual(certifySolution(compiled.problem, solution), []);
  const made = decodePlan(compiled, solution);
  assert.deepEqual(verifyPlan(given, made), []);
  return made;
}

const zonesOf = (made: Plan): string[] => [...new Set(made.nodes.map((one) => one.zone))];

describe("affinity over zones", () => {
  test("a group that pulls itself together stays in one zone, on as many nodes as it needs", () => {
    const made = plan(snapshot({ types, pods: replicas(web.near(affinityTerm(ZONE, { app: "web" })), 10) }));
    assert.equal(zonesOf(made).length, 1);
    assert.ok(made.nodes.length >= 3);
    assert.deepEqual(made.unschedulable, []);
  });

  test("it follows pods that run", () => {
    const home = node("home", { cpu: 1, memory: "4Gi", labels: { [ZONE]: "us-east-1b" }, pods: [db] });
    const made = plan(
      snapshot({ types, nodes: [home], pods: replicas(web.near(affinityTerm(ZONE, { app: "db" })), 4) }),
    );
    assert.deepEqual(zonesOf(made), ["us-east-1b"]);
  });

  test("it follows pods that are planned with it, wherever a spread puts them", () => {
    const spread = db.spreading(spreadOver(ZONE, { app: "db" }));
    const pods = [...replicas(spread, 3), ...replicas(web.near(affinityTerm(ZONE, { app: "db" })), 3)];
    const made = plan(snapshot({ types, pods }));
    assert.equal(zonesOf(made).length, 3);
    assert.deepEqual(made.unschedulable, []);
  });

  test("with nobody to follow it stays pending, and is told so", () => {
    const made = plan(snapshot({ types, pods: [web.near(affinityTerm(ZONE, { app: "nowhere" })), db] }));
    const left = leftOf(made, "web");
    assert.equal(left.code, "AFFINITY");
    assert.match(left.reason, /podAffinity on topology.kubernetes.io\/zone/);
  });

  test("pods of another namespace are not meant", () => {
    const made = plan(snapshot({ types, pods: [web.near(affinityTerm(ZONE, { app: "db" })), db.in("other")] }));
    assert.equal(leftOf(made, "web").code, "AFFINITY");
  });
});

describe("affinity on the host", () => {
  test("a group that pulls itself together shares one node", () => {
    const made = plan(snapshot({ types, pods: replicas(web.near(affinityTerm(HOST, { app: "web" })), 3) }));
    assert.equal(made.nodes.length, 1);
    assert.equal(made.nodes[0]?.pods.length, 3);
  });

  test("a group that no node holds stays pending", () => {
    const made = plan(snapshot({ types, pods: replicas(web.near(affinityTerm(HOST, { app: "web" })), 9) }));
    assert.equal(made.nodes.length, 0);
    assert.equal(made.unschedulable.length, 9);
  });

  test("followers are shared out over those they follow", () => {
    const pods = [...replicas(db, 4), ...replicas(web.near(affinityTerm(HOST, { app: "db" })), 8)];
    const made = plan(snapshot({ types, pods }));
    assert.deepEqual(made.unschedulable, []);
    for (const one of made.nodes)
      assert.ok(
        one.pods.some((key) => key.startsWith("default/db")),
        one.pods.join(),
      );
  });
});

describe("anti-affinity over zones", () => {
  test("one of a kind in each zone; the fourth has nowhere to go", () => {
    const made = plan(snapshot({ types, pods: replicas(db.apartFrom(affinityTerm(ZONE, { app: "db" })), 4) }));
    assert.equal(zonesOf(made).length, 3);
    assert.equal(made.unschedulable.length, 1);
    assert.equal(made.unschedulable[0]?.code, "AFFINITY");
  });

  test("two kinds that repel each other share no zone", () => {
    const pods = [...replicas(db.apartFrom(affinityTerm(ZONE, { app: "web" })), 3), ...replicas(web, 3)];
    const made = plan(snapshot({ types, pods }));
    assert.deepEqual(made.unschedulable, []);
    for (const zone of zonesOf(made)) {
      const names = made.nodes.filter((one) => one.zone === zone).flatMap((one) => one.pods);
      assert.ok(
        !(names.some((name) => name.includes("db")) && names.some((name) => name.includes("web"))),
        names.join(),
      );
    }
  });
});

describe("verification", () => {
  test("catches a follower in a zone without a leader, a second start, and pods that repel each other", () => {
    const follower = web.near(affinityTerm(ZONE, { app: "db" }));
    const given = snapshot({ types, pods: [db, follower] });
    const made = plan(given);
    const elsewhere = {
      ...made.nodes[0]!,
      zone: "us-east-1c",
      labels: new Map([...made.nodes[0]!.labels, [ZONE, "us-east-1c"]]),
    };
    const first = {
      ...made.nodes[0]!,
      zone: "us-east-1a",
      labels: new Map([...made.nodes[0]!.labels, [ZONE, "us-east-1a"]]),
    };
    const broken = {
      ...made,
      nodes: [
        { ...first, pods: ["default/db"] },
        { ...elsewhere, pods: ["default/web"] },
      ],
    };
    assert.ok(verifyPlan(given, broken).some((violation) => violation.code === "AFFINITY"));

    const twice = snapshot({ types, pods: replicas(web.near(affinityTerm(ZONE, { app: "web" })), 2) });
    const split = {
      ...broken,
      nodes: [
        { ...first, pods: ["default/web-0"] },
        { ...elsewhere, pods: ["default/web-1"] },
      ],
    };
    assert.ok(verifyPlan(twice, split).some((violation) => violation.code === "AFFINITY"));

    const repelling = snapshot({ types, pods: replicas(db.apartFrom(affinityTerm(ZONE, { app: "db" })), 2) });
    const together = { ...broken, nodes: [{ ...first, pods: ["default/db-0", "default/db-1"] }] };
    assert.ok(verifyPlan(repelling, together).some((violation) => violation.code === "ANTI_AFFINITY"));
  });
});

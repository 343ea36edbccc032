/** Rules between pods: anti-affinity, spread, host ports; and what is refused since it is not understood yet. */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import type { Pod } from "../../../src/domain/pod.ts";
import { compileProblem } from "../../../src/scheduling/compile.ts";
import {
  affinityTerm,
  daemonSet,
  instanceType,
  node,
  nodePool,
  pod,
  replicas,
  requirement,
  selector,
  snapshot,
  spreadOver,
  taint,
} from "../../support/builders.ts";
import { leftOf, newNodeOf, planOf, whereIs } from "../../support/planning.ts";

const HOST = "kubernetes.io/hostname";
const ZONE = "topology.kubernetes.io/zone";
const zones = ["us-east-1a", "us-east-1b", "us-east-1c"];
const types = [instanceType("m5.4xlarge", { cpu: 16, memory: "64Gi", pods: 110, price: 0.8, zones })];
const db = pod("db").cpu(1).labelled({ app: "db" });
const web = pod("web").cpu(1).labelled({ app: "web" });
const apart = (labels: Readonly<Record<string, string>>, more = {}): Pod["podAntiAffinity"][number] =>
  affinityTerm(HOST, labels, more);

describe("hostname anti-affinity", () => {
  test("pods that repel their own kind get a node each", () => {
    const { plan } = planOf(snapshot({ types, pods: replicas(db.apartFrom(apart({ app: "db" })), 3) }));
    assert.equal(plan.nodes.length, 3);
  });

  test("pods that repel others may share a node among themselves", () => {
    const pods = [...replicas(db.apartFrom(apart({ app: "web" })), 3), ...replicas(web, 2)];
    const { plan } = planOf(snapshot({ types, pods }));
    assert.equal(plan.nodes.length, 2);
    assert.notEqual(newNodeOf(plan, "db-0"), newNodeOf(plan, "web-0"));
  });

  test("a running pod's term keeps planned pods away", () => {
    const nodes = [node("n1", { pods: [db.apartFrom(apart({ app: "web" }))] })];
    newNodeOf(planOf(snapshot({ types, nodes, pods: [web] })).plan, "web");
    assert.equal(whereIs(planOf(snapshot({ types, nodes, pods: [pod("other").cpu(1)] })).plan, "other"), "n1");
  });

  test("a running pod that is meant keeps the owner away", () => {
    const nodes = [node("n1", { pods: [web] })];
    newNodeOf(planOf(snapshot({ types, nodes, pods: [db.apartFrom(apart({ app: "web" }))] })).plan, "db");
  });

  test("a term speaks of its owner's namespace only", () => {
    const pods = [db.apartFrom(apart({ app: "web" })), web.in("other")];
    assert.equal(planOf(snapshot({ types, pods })).plan.nodes.length, 1);
  });

  test("a term may name namespaces, or select them by label", () => {
    const listed = db.apartFrom(apart({ app: "web" }, { namespaces: ["other"] }));
    assert.equal(planOf(snapshot({ types, pods: [listed, web.in("other")] })).plan.nodes.length, 2);
    const selected = db.apartFrom(apart({ app: "web" }, { namespaceSelector: selector({ env: "prod" }) }));
    const namespaces = new Map([["other", new Map([["env", "prod"]])]]);
    assert.equal(planOf(snapshot({ types, namespaces, pods: [selected, web.in("other")] })).plan.nodes.length, 2);
    assert.equal(planOf(snapshot({ types, namespaces, pods: [selected, web.in("third")] })).plan.nodes.length, 1);
    const all = db.apartFrom(apart({ app: "web" }, { namespaceSelector: selector() }));
    assert.equal(planOf(snapshot({ types, pods: [all, web.in("third")] })).plan.nodes.length, 2);
  });

  test("matchLabelKeys and mismatchLabelKeys take their values from the owner", () => {
    const of = (name: string, hash: string, term: Pod["podAntiAffinity"][number]): Pod =>
      pod(name).cpu(1).labelled({ app: "x", hash }).apartFrom(term);
    const same = apart({ app: "x" }, { matchLabelKeys: ["hash"] });
    const pods = [of("a", "1", same), of("b", "1", same), of("c", "2", same)];
    assert.equal(planOf(snapshot({ types, pods })).plan.nodes.length, 2);
    const other = apart({ app: "x" }, { mismatchLabelKeys: ["hash"] });
    const mixed = [of("a", "1", other), of("b", "1", other), of("c", "2", other)];
    const { plan } = planOf(snapshot({ types, pods: mixed }));
    assert.equal(newNodeOf(plan, "a"), newNodeOf(plan, "b"));
    assert.notEqual(newNodeOf(plan, "a"), newNodeOf(plan, "c"));
  });

  test("an empty selector repels everyone in the namespace, also where no rule names a label", () => {
    const pods = [db.apartFrom(apart({})), web, web.in("other").named("far")];
    const { plan } = planOf(snapshot({ types, pods }));
    assert.notEqual(newNodeOf(plan, "db"), newNodeOf(plan, "web"));
    assert.equal(plan.nodes.length, 2);
  });

  test("running pods over zones keep planned pods out of the zone", () => {
    const nodes = [node("n1", { pods: [db.apartFrom(affinityTerm(ZONE, { app: "web" }))] })];
    const { plan } = planOf(snapshot({ types, nodes, pods: [web] }));
    assert.equal(newNodeOf(plan, "web").zone, "us-east-1b");
  });
});

describe("hostname spread", () => {
  test("puts at most maxSkew on a node", () => {
    const pods = replicas(web.spreading(spreadOver(HOST, { app: "web" }, { maxSkew: 2 })), 5);
    assert.deepEqual(
      planOf(snapshot({ types, pods }))
        .plan.nodes.map((one) => one.pods.length)
        .sort(),
      [1, 2, 2],
    );
  });

  test("counts running pods", () => {
    const nodes = [node("n1", { pods: [web, web.named("w2")] })];
    const owner = web.named("new").spreading(spreadOver(HOST, { app: "web" }, { maxSkew: 2 }));
    newNodeOf(planOf(snapshot({ types, nodes, pods: [owner] })).plan, "new");
  });
});

describe("zone spread", () => {
  const spread = web.spreading(spreadOver(ZONE, { app: "web" }));
  const zonesOf = (plan: ReturnType<typeof planOf>["plan"]): string[] =>
    plan.nodes.flatMap((one) => one.pods.map(() => one.zone)).sort();

  test("levels the zones", () => {
    assert.deepEqual(zonesOf(planOf(snapshot({ types, pods: replicas(spread, 3) })).plan), zones);
  });

  test("starts from what runs", () => {
    const nodes = [node("n1", { zone: "us-east-1a", cpu: 1, pods: [web.named("r1")] })];
    assert.deepEqual(zonesOf(planOf(snapshot({ types, nodes, pods: replicas(spread, 2) })).plan), zones.slice(1));
  });

  test("counts running pods on nodes that take no pods, too", () => {
    const nodes = [node("n1", { zone: "us-east-1b", unschedulable: true, pods: [web.named("r1")] })];
    const { compiled } = planOf(snapshot({ types, nodes, pods: replicas(spread, 2) }));
    assert.deepEqual([...compiled.problem.spreads[0]!.initial], [0, 1, 0]);
  });

  test("goes only over the zones that the pod's own affinity allows", () => {
    const two = spread.requiring(requirement(ZONE, "In", "us-east-1a", "us-east-1b"));
    const { compiled } = planOf(snapshot({ types, pods: replicas(two, 4) }));
    assert.equal(compiled.problem.domainKeys[0]!.domainCount, 2);
  });

  test("nodeAffinityPolicy Ignore counts the other zones as empty", () => {
    const ignoring = web
      .spreading(spreadOver(ZONE, { app: "web" }, { nodeAffinityPolicy: "Ignore" }))
      .requiring(requirement(ZONE, "In", "us-east-1a", "us-east-1b"));
    const { plan } = planOf(snapshot({ types, pods: replicas(ignoring, 4) }));
    assert.equal(plan.unschedulable.length, 2);
    assert.equal(plan.unschedulable[0]!.code, "SPREAD");
  });

  test("nodeTaintsPolicy Honor leaves out zones whose nodes are not tolerated", () => {
    const nodes = [node("n1", { zone: "us-east-1d", taints: [taint("x")] })];
    const policies = { Ignore: 4, Honor: 3 } as const;
    for (const [policy, domains] of Object.entries(policies)) {
      const nodeTaintsPolicy = policy as keyof typeof policies;
      const pods = [web.spreading(spreadOver(ZONE, { app: "web" }, { nodeTaintsPolicy }))];
      const { problem } = compileProblem(snapshot({ types, nodes, pods }));
      assert.equal(problem.domainKeys[0]!.domainCount, domains, policy);
    }
  });

  test("too few domains for minDomains: the least counts as 0", () => {
    const many = web.spreading(spreadOver(ZONE, { app: "web" }, { minDomains: 4 }));
    const { plan } = planOf(snapshot({ types, pods: replicas(many, 4) }));
    assert.equal(plan.unschedulable.length, 1);
  });

  test("matchLabelKeys counts each revision for itself", () => {
    const rule = spreadOver(ZONE, { app: "web" }, { matchLabelKeys: ["rev"] });
    const pods = ["1", "2"].flatMap((rev) => replicas(web.named(`r${rev}`).labelled({ rev }).spreading(rule), 1));
    const { problem } = compileProblem(snapshot({ types, pods }));
    assert.equal(problem.spreads.length, 2);
  });

  test("pods that can never be in its domains are not counted", () => {
    const fixed = (name: string, zone: string): Pod => spread.named(name).on({ [ZONE]: zone });
    const { plan, compiled } = planOf(snapshot({ types, pods: [fixed("a", zones[0]!), fixed("b", zones[1]!)] }));
    assert.equal(plan.unschedulable.length, 0);
    assert.deepEqual(
      compiled.problem.spreads.map((one) => [...one.counted]),
      [[0], [1]],
    );
  });

  test("alternates stay in the zone", () => {
    const { plan } = planOf(snapshot({ types, pods: replicas(spread, 3) }));
    for (const one of plan.nodes) assert.deepEqual(one.alternates, []);
  });

  test("a key that no node has leaves the pod out", () => {
    const rack = web.spreading(spreadOver("rack", { app: "web" }));
    assert.match(leftOf(planOf(snapshot({ types, pods: [rack] })).plan, "web").reason, /rack/);
  });

  test("a key that the NodePool leaves open has all its values as domains", () => {
    const nodePools = [nodePool("default").requiring(requirement("rack", "In", "r1", "r2", "r3"))];
    const pods = replicas(web.spreading(spreadOver("rack", { app: "web" })), 3);
    const { plan } = planOf(snapshot({ nodePools, types, pods }));
    assert.deepEqual(plan.nodes.map((one) => one.labels.get("rack")).sort(), ["r1", "r2", "r3"]);
  });

  test("capacity types are domains like any other", () => {
    const mixed = [instanceType("m5.large", { zones, capacityTypes: ["on-demand", "spot"], price: 0.1 })];
    const pods = replicas(web.spreading(spreadOver("karpenter.sh/capacity-type", { app: "web" })), 2);
    const { plan } = planOf(snapshot({ types: mixed, pods }));
    assert.deepEqual(plan.nodes.map((one) => one.capacityType).sort(), ["on-demand", "spot"]);
  });

  test("ScheduleAnyway does not bind, and the plan says so", () => {
    const soft = web.spreading(spreadOver(ZONE, { app: "web" }, { whenUnsatisfiable: "ScheduleAnyway" }));
    const { plan } = planOf(snapshot({ types, pods: replicas(soft, 3) }));
    assert.equal(plan.nodes.length, 1);
    assert.ok(plan.explanation.includes("ScheduleAnyway topology spread of 3 pods is not considered yet."));
  });
});

describe("host ports", () => {
  test("one use of a port on a node", () => {
    const pods = replicas(web.hostPort(80), 2);
    assert.equal(planOf(snapshot({ types, pods })).plan.nodes.length, 2);
  });

  test("another protocol or address is another port, all addresses collide with each", () => {
    const pods = [
      pod("tcp").hostPort(80, "TCP", "10.0.0.1"),
      pod("udp").hostPort(80, "UDP"),
      pod("other").hostPort(80, "TCP", "10.0.0.2"),
    ];
    assert.equal(planOf(snapshot({ types, pods })).plan.nodes.length, 1);
    const { plan } = planOf(snapshot({ types, pods: [...pods, pod("all").hostPort(80)] }));
    assert.equal(plan.nodes.length, 2);
  });

  test("running pods and DaemonSets use ports", () => {
    const nodes = [node("n1", { pods: [pod("r").hostPort(80)] })];
    newNodeOf(planOf(snapshot({ types, nodes, pods: [web.hostPort(80)] })).plan, "web");
    const daemonSets = [daemonSet(pod("proxy").hostPort(80))];
    const left = leftOf(planOf(snapshot({ types, daemonSets, pods: [web.hostPort(80)] })).plan, "web");
    assert.match(left.reason, /a DaemonSet uses host port TCP\/80/);
  });
});

describe("rules that are not understood yet are refused by name", () => {
  const cases: Record<string, { pod: Pod; says: RegExp }> = {
    "two terms of pod affinity": {
      pod: web.near(affinityTerm(HOST, { app: "db" }), affinityTerm(ZONE, { app: "db" })),
      says: /more than one required podAffinity term \(2\)/,
    },
    "resource claims": { pod: web.but({ resourceClaims: ["gpu"] }), says: /resourceClaims \(gpu\)/ },
    "scheduling gates": { pod: web.but({ schedulingGates: ["hold"] }), says: /scheduling gate hold/ },
    "another scheduler": { pod: web.but({ schedulerName: "volcano" }), says: /volcano/ },
    "what the manifest reader did not understand": {
      pod: web.but({ unsupported: ["spec.x does y"] }),
      says: /spec\.x does y/,
    },
  };
  test.each(Object.entries(cases))("%s", (_, { pod: one, says }) => {
    const { plan } = planOf(snapshot({ types, pods: [one, db] }));
    const left = leftOf(plan, "web");
    assert.equal(left.code, "NOT_YET_SUPPORTED");
    assert.match(left.reason, says);
    newNodeOf(plan, "db");
  });
});

describe("classes", () => {
  const count = (...pods: Pod[]): number => compileProblem(snapshot({ types, pods })).problem.classCount;

  test("replicas are one class, whatever they are called", () => {
    assert.equal(count(...replicas(web, 50)), 1);
  });

  test("labels and namespaces that no rule sees do not matter", () => {
    assert.equal(count(web, db, web.in("other").named("x")), 1);
  });

  test("labels that a rule of another pod sees do", () => {
    const owner = pod("o")
      .cpu(1)
      .apartFrom(apart({ app: "web" }));
    assert.equal(count(owner, web, db, pod("plain").cpu(1)), 3);
  });

  test("equal needs written in another way are one class", () => {
    const key = "kubernetes.io/arch";
    assert.equal(count(web.on({ [key]: "amd64" }), db.requiring(requirement(key, "In", "amd64"))), 1);
    const a = { ...web, requests: new Map([...web.requests].reverse()) };
    assert.equal(count(web, { ...a, name: "a" }), 1);
  });

  test("requests, tolerations, priority and ports tell pods apart", () => {
    assert.equal(count(web, db.cpu(2), db.but({ name: "c", priority: 5 }), db.named("d").hostPort(1)), 4);
  });
});

/** Where volumes let their pods go: bound, waiting, missing, and the number that a node may attach. */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import {
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Storage,
  type StorageClass,
} from "../../../src/domain/volume.ts";
import { verifyPlan } from "../../../src/scheduling/verify.ts";
import { instanceType, node, pod, requirement, snapshot } from "../../support/builders.ts";
import { leftOf, newNodeOf, planOf, whereIs } from "../../support/planning.ts";

const ZONE = "topology.kubernetes.io/zone";
const HOST = "kubernetes.io/hostname";
const EBS = "ebs.csi.aws.com";
const machine = instanceType("m5.large", {
  price: 0.1,
  zones: ["us-east-1a", "us-east-1b", "us-east-1c"],
  capacityTypes: ["on-demand"],
});
const p = pod("p")
  .cpu(1)
  .but({ volumeClaims: ["data"] });

function storage(fields: {
  readonly claims?: readonly Partial<PersistentVolumeClaim>[];
  readonly volumes?: readonly PersistentVolume[];
  readonly classes?: readonly Partial<StorageClass>[];
  readonly limits?: Readonly<Record<string, number>>;
}): Storage {
  const claims = (fields.claims ?? [{}]).map((one) => ({ namespace: "default", name: "data", ...one }));
  const classes = (fields.classes ?? []).map((one): StorageClass => ({
    name: "gp3",
    provisioner: EBS,
    isDefault: false,
    created: 0,
    bindingMode: "WaitForFirstConsumer",
    allowedTopologies: [],
    ...one,
  }));
  return {
    claims: new Map(claims.map((one) => [`${one.namespace}/${one.name}`, one])),
    volumes: new Map((fields.volumes ?? []).map((one) => [one.name, one])),
    classes: new Map(classes.map((one) => [one.name, one])),
    attachLimits: new Map(Object.entries(fields.limits ?? {}).map(([name, count]) => [name, new Map([[EBS, count]])])),
  };
}

function inZone(...zones: readonly string[]): PersistentVolume {
  return {
    name: "pv",
    driver: EBS,
    nodeTerms: zones.map((zone) => [requirement("topology.ebs.csi.aws.com/zone", "In", zone)]),
  };
}

describe("a bound claim", () => {
  const bound = storage({ claims: [{ volumeName: "pv" }], volumes: [inZone("us-east-1c")] });

  test("takes its pod to the zone of the volume", () => {
    const { plan } = planOf({ ...snapshot({ types: [machine], pods: [p] }), storage: bound });
    const found = newNodeOf(plan, "p");
    assert.equal(found.zone, "us-east-1c");
    assert.deepEqual(found.alternates, []);
  });

  test("has terms that are alternatives", () => {
    const either = storage({ claims: [{ volumeName: "pv" }], volumes: [inZone("us-east-1z", "us-east-1b")] });
    const { plan } = planOf({ ...snapshot({ types: [machine], pods: [p] }), storage: either });
    assert.equal(newNodeOf(plan, "p").zone, "us-east-1b");
  });

  test("contradicts a selector of the pod: refused, and the reason names the volume's zone", () => {
    const { plan } = planOf({
      ...snapshot({ types: [machine], pods: [p.on({ [ZONE]: "us-east-1a" })] }),
      storage: bound,
    });
    assert.equal(leftOf(plan, "p").code, "NO_MATCHING_NODE");
  });

  test("on a local disk binds to that node, and to no new one", () => {
    const local = (host: string): Storage =>
      storage({
        claims: [{ volumeName: "pv" }],
        volumes: [{ name: "pv", nodeTerms: [[requirement(HOST, "In", host)]] }],
      });
    const input = snapshot({ types: [machine], pods: [p], nodes: [node("one"), node("two")] });
    assert.equal(whereIs(planOf({ ...input, storage: local("two") }).plan, "p"), "two");
    leftOf(planOf({ ...input, storage: local("three") }).plan, "p");
  });

  test("and a second in another zone leave no place for the pod that mounts both", () => {
    const two = storage({
      claims: [{ volumeName: "pv" }, { name: "logs", volumeName: "other" }],
      volumes: [inZone("us-east-1a"), { ...inZone("us-east-1b"), name: "other" }],
    });
    const both = p.but({ volumeClaims: ["data", "logs"] });
    leftOf(planOf({ ...snapshot({ types: [machine], pods: [both] }), storage: two }).plan, "p");
  });

  test("keeps classes apart: the same pod with another volume goes elsewhere", () => {
    const two = storage({
      claims: [{ volumeName: "pv" }, { name: "data-2", volumeName: "other" }],
      volumes: [inZone("us-east-1a"), { ...inZone("us-east-1b"), name: "other" }],
    });
    const other = p.named("q").but({ volumeClaims: ["data-2"] });
    const { plan } = planOf({ ...snapshot({ types: [machine], pods: [p, other] }), storage: two });
    assert.deepEqual([newNodeOf(plan, "p").zone, newNodeOf(plan, "q").zone], ["us-east-1a", "us-east-1b"]);
  });
});

describe("a claim that waits for its pod", () => {
  test("follows the topologies of its class", () => {
    const allowedTopologies = [[requirement(ZONE, "In", "us-east-1b")]];
    const input = { ...snapshot({ types: [machine], pods: [p] }) };
    const named = storage({ claims: [{ storageClass: "gp3" }], classes: [{ allowedTopologies }] });
    assert.equal(newNodeOf(planOf({ ...input, storage: named }).plan, "p").zone, "us-east-1b");
    const defaults = storage({
      classes: [
        { name: "old", isDefault: true, created: 1 },
        { name: "new", isDefault: true, created: 2, allowedTopologies },
      ],
    });
    assert.equal(newNodeOf(planOf({ ...input, storage: defaults }).plan, "p").zone, "us-east-1b");
  });

  test("that a workload will make needs no class in the input, and the plan says what it assumes", () => {
    const planned = storage({ claims: [{ planned: true, storageClass: "fast" }] });
    const { plan } = planOf({ ...snapshot({ types: [machine], pods: [p] }), storage: planned });
    newNodeOf(plan, "p");
    assert.match(plan.explanation.join(" "), /StorageClass fast is missing in the input: .* is assumed/);
  });
});

describe("a claim that cannot be used is a reason", () => {
  const table: Record<string, { readonly has: Storage; readonly says: RegExp }> = {
    missing: { has: storage({ claims: [] }), says: /PersistentVolumeClaim default\/data is not in the input/ },
    "without its volume": {
      has: storage({ claims: [{ volumeName: "pv" }] }),
      says: /PersistentVolume pv .* not in the input/,
    },
    "without its class": { has: storage({ claims: [{ storageClass: "io2" }] }), says: /StorageClass io2 is missing/ },
    "without a default class": { has: storage({}), says: /no default StorageClass/ },
    "of no class": { has: storage({ claims: [{ storageClass: "" }] }), says: /no storage class and names no volume/ },
    "bound at once": {
      has: storage({ claims: [{ storageClass: "gp3" }], classes: [{ bindingMode: "Immediate" }] }),
      says: /binds at once.*WaitForFirstConsumer/,
    },
  };
  for (const [name, { has, says }] of Object.entries(table)) {
    test(name, () => {
      const { plan } = planOf({ ...snapshot({ types: [machine], pods: [p, pod("free").cpu(1)] }), storage: has });
      const { code, reason } = leftOf(plan, "p");
      assert.equal(code, "VOLUME");
      assert.match(reason, says);
      newNodeOf(plan, "free");
    });
  }
});

describe("attachments", () => {
  const names = ["a", "b", "c"];
  const has = storage({
    claims: [...names, "old"].map((name) => ({ name, volumeName: "pv" })),
    volumes: [{ name: "pv", driver: EBS, nodeTerms: [] }],
    limits: { full: 2 },
  });
  const pods = names.map((name) => pod(name).but({ volumeClaims: [name] }));
  const running = pod("old").but({ volumeClaims: ["old"], nodeName: "full" });
  const input = { ...snapshot({ types: [machine], pods, nodes: [node("full", { pods: [running] })] }), storage: has };

  test("a node takes what its CSINode has left; new nodes have no known limit", () => {
    const { plan } = planOf(input);
    assert.equal(plan.existingNodes.flatMap((one) => one.pods).length, 1);
    assert.equal(plan.nodes.flatMap((one) => one.pods).length, 2);
    assert.equal(
      plan.nodes.some((one) => [...one.requests.keys()].some((key) => key.startsWith("attach"))),
      false,
    );
  });

  test("the check finds one too many, and a pod out of reach of its volume", () => {
    const { plan } = planOf(input);
    const less = { ...has, attachLimits: new Map([["full", new Map([[EBS, 1]])]]) };
    assert.match(
      verifyPlan({ ...input, storage: less }, plan)[0]?.message ?? "",
      /2 volumes of ebs.csi.aws.com attached, 1 allowed/,
    );
    const far = { ...has, volumes: new Map([["pv", inZone("us-west-2a")]]) };
    assert.ok(verifyPlan({ ...input, storage: far }, plan).some((one) => one.code === "VOLUME"));
    assert.ok(verifyPlan({ ...input, storage: storage({ claims: [] }) }, plan).every((one) => one.code === "VOLUME"));
  });
});

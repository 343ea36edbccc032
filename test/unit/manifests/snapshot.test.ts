/** The Snapshot: types sized per pool, pods on their nodes, limits in use. */
import assert from "node:assert/strict";
import { test } from "vitest";
import { buildSnapshot, readManifests } from "../../../src/api/manifests/index.ts";
import type { SizedInstanceType } from "../../../src/domain/instance-type.ts";
import type { NodeSizing } from "../../../src/domain/node-pool.ts";
import type { Catalog } from "../../../src/ports/catalog.ts";

const type: SizedInstanceType = {
  name: "m7i.large",
  requirements: new Map(),
  capacity: new Map(),
  allocatable: new Map(),
  overhead: { kubeReserved: new Map(), systemReserved: new Map(), evictionThreshold: new Map() },
  offerings: [{ zone: "us-east-1a", capacityType: "on-demand", priceUsdPerHour: 0.1, available: true }],
};

/** Gives a list of its own for every call, and remembers what was asked. */
function recordingCatalog(): Catalog & { readonly asked: NodeSizing[] } {
  const asked: NodeSizing[] = [];
  return {
    asked,
    info: () => ({ region: "us-east-1", date: "2026-07-20", source: "test", instanceTypes: 1 }),
    instanceTypes(sizing) {
      asked.push(sizing);
      return [type];
    },
  };
}

const pool = (name: string, nodeClass: string): string =>
  `{apiVersion: karpenter.sh/v1, kind: NodePool, metadata: {name: ${name}}, spec: {template: {spec: {nodeClassRef: {kind: EC2NodeClass, name: ${nodeClass}}}}}}\n---\n`;
const nodeClass = (name: string, spec: string, more = ""): string =>
  `{apiVersion: karpenter.k8s.aws/v1, kind: EC2NodeClass, metadata: {name: ${name}}, spec: {amiSelectorTerms: [{alias: al2023@latest}]${spec}}${more}}\n---\n`;
const node = (name: string, label: string): string =>
  `{apiVersion: v1, kind: Node, metadata: {name: ${name}, labels: {${label}: a}}, status: {capacity: {cpu: 4, pods: 58}, allocatable: {cpu: 3, pods: 58}}}\n---\n`;
const pod = (name: string, spec: string): string =>
  `{apiVersion: v1, kind: Pod, metadata: {name: ${name}}, spec: {containers: [{name: c, resources: {requests: {cpu: 1}}}]${spec}}}\n---\n`;

test("pools of equal sizing share their types, others are sized for themselves", () => {
  const text =
    pool("a", "x") +
    pool("b", "y") +
    pool("c", "z") +
    nodeClass("x", "") +
    nodeClass("y", "") +
    nodeClass("z", ", kubelet: {maxPods: 10, kubeReserved: {cpu: 1}}");
  const catalog = recordingCatalog();
  const snapshot = buildSnapshot(readManifests([{ name: "in", text }]), catalog, 17);
  assert.equal(snapshot.timeMs, 17);
  assert.equal(catalog.asked.length, 2);
  assert.equal(snapshot.instanceTypes.get("a"), snapshot.instanceTypes.get("b"));
  assert.notEqual(snapshot.instanceTypes.get("a"), snapshot.instanceTypes.get("c"));
});

test("running pods are on their nodes, and the others wait", () => {
  const text = node("n1", "karpenter.sh/nodepool") + pod("runs", ", nodeName: n1") + pod("waits", "");
  const snapshot = buildSnapshot(readManifests([{ name: "in", text }]), recordingCatalog(), 0);
  assert.deepEqual(
    snapshot.nodes.map(({ name, pods }) => [name, pods.map((found) => found.name)]),
    [["n1", ["runs"]]],
  );
  assert.deepEqual(
    snapshot.pods.map(({ name }) => name),
    ["waits"],
  );
});

test("a pool's nodes use its limits with all their capacity, under either label", () => {
  const text =
    pool("a", "x") +
    pool("b", "x") +
    node("n1", "karpenter.sh/nodepool") +
    node("n2", "karpenter.sh/provisioner-name") +
    node("n3", "other");
  const snapshot = buildSnapshot(readManifests([{ name: "in", text }]), recordingCatalog(), 0);
  assert.deepEqual(
    snapshot.nodePools[0]?.inUse,
    new Map([
      ["cpu", 8000],
      ["pods", 116],
      ["nodes", 2],
    ]),
  );
  assert.deepEqual(snapshot.nodePools[1]?.inUse, new Map());
});

test("subnets where the catalogue offers nothing are said", () => {
  const status = (zone: string): string => `, status: {subnets: [{zone: ${zone}}]}`;
  const far = buildSnapshot(
    readManifests([{ name: "in", text: pool("a", "x") + nodeClass("x", "", status("eu-west-1a")) }]),
    recordingCatalog(),
    0,
  );
  assert.match((far.notes ?? []).join("\n"), /NodePool a are in eu-west-1a, but the catalogue is of us-east-1/);
  const near = buildSnapshot(
    readManifests([{ name: "in", text: pool("a", "x") + nodeClass("x", "", status("us-east-1a")) }]),
    recordingCatalog(),
    0,
  );
  assert.doesNotMatch((near.notes ?? []).join("\n"), /catalogue/);
});

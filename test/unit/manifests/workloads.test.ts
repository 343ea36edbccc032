/** Workloads become pods, and pods that are there already are not made twice. */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { readManifests } from "../../../src/api/manifests/index.ts";
import type { ReadResult } from "../../../src/api/manifests/index.ts";

const read = (...objects: object[]): ReadResult =>
  readManifests([{ name: "in", text: JSON.stringify(objects) }], { requireNodePool: false });
const names = ({ pods }: ReadResult): string[] => pods.map(({ namespace, name }) => `${namespace}/${name}`);

const spec = { containers: [{ name: "c", resources: { requests: { cpu: "1" } } }] };
const template = { metadata: { labels: { app: "web" } }, spec };
const apps = (kind: string, more: object, metadata: object = {}): object => ({
  apiVersion: "apps/v1",
  kind,
  metadata: { name: "web", ...metadata },
  spec: { selector: { matchLabels: { app: "web" } }, template, ...more },
});
const batch = (kind: string, jobSpec: object, rest: object = {}): object => ({
  apiVersion: "batch/v1",
  kind,
  metadata: { name: "job" },
  spec:
    kind === "CronJob"
      ? { schedule: "* * * * *", jobTemplate: { spec: { template, ...jobSpec } } }
      : { template, ...jobSpec },
  ...rest,
});
const pod = (
  name: string,
  owner: string,
  rest: { status?: object; labels?: object; nodeName?: string } = {},
): object => {
  const [kind, ownerName] = owner.split("/");
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels: rest.labels ?? {}, ownerReferences: [{ kind, name: ownerName, controller: true }] },
    spec: rest.nodeName === undefined ? spec : { ...spec, nodeName: rest.nodeName },
    status: rest.status ?? {},
  };
};

describe("expansion", () => {
  test.each<[string, object, string[]]>([
    ["a Deployment has one replica unless told otherwise", apps("Deployment", {}), ["default/web-0"]],
    [
      "a Deployment's pods are numbered",
      apps("Deployment", { replicas: 3 }, { namespace: "shop" }),
      ["shop/web-0", "shop/web-1", "shop/web-2"],
    ],
    ["a Deployment of none has none", apps("Deployment", { replicas: 0 }), []],
    ["a ReplicaSet of nobody is expanded", apps("ReplicaSet", { replicas: 2 }), ["default/web-0", "default/web-1"]],
    [
      "a StatefulSet starts where its ordinals do",
      apps("StatefulSet", { replicas: 2, ordinals: { start: 5 } }),
      ["default/web-5", "default/web-6"],
    ],
    [
      "a ReplicationController is expanded",
      {
        apiVersion: "v1",
        kind: "ReplicationController",
        metadata: { name: "rc" },
        spec: { replicas: 1, selector: { app: "web" }, template },
      },
      ["default/rc-0"],
    ],
    ["a Job has one pod", batch("Job", {}), ["default/job-0"]],
    [
      "a Job runs as many at once as it says",
      batch("Job", { parallelism: 3, completions: 10 }),
      ["default/job-0", "default/job-1", "default/job-2"],
    ],
    [
      "a Job runs no more than remain",
      batch("Job", { parallelism: 3, completions: 4 }, { status: { succeeded: 3 } }),
      ["default/job-0"],
    ],
    [
      "a Job that has ended has none",
      batch("Job", {}, { status: { conditions: [{ type: "Complete", status: "True" }] } }),
      [],
    ],
    ["a suspended Job has none", batch("Job", { suspend: true }), []],
    ["a CronJob counts for one run", batch("CronJob", { parallelism: 2 }), ["default/job-0", "default/job-1"]],
  ])("%s", (_, object, expected) => {
    assert.deepEqual(names(read(object)), expected);
  });

  test("pods of one workload share everything but their names", () => {
    const { pods } = read(apps("Deployment", { replicas: 2 }));
    assert.equal(pods[0]?.owner, "Deployment/web");
    assert.equal(pods[0].labels, pods[1]?.labels);
    assert.equal(pods[0].requests, pods[1]?.requests);
    assert.deepEqual([...pods[0].labels], [["app", "web"]]);
  });

  test("claims of a StatefulSet are named after template and pod", () => {
    const { pods } = read(apps("StatefulSet", { replicas: 2, volumeClaimTemplates: [{ metadata: { name: "data" } }] }));
    assert.deepEqual(
      pods.map(({ volumeClaims }) => volumeClaims),
      [["data-web-0"], ["data-web-1"]],
    );
  });

  test("labels that controllers add are there when a rule asks about them, and only then", () => {
    const spread = {
      maxSkew: 1,
      topologyKey: "zone",
      whenUnsatisfiable: "DoNotSchedule",
      labelSelector: { matchLabels: { app: "web" } },
      matchLabelKeys: ["pod-template-hash"],
    };
    const withSpread = { ...template, spec: { ...spec, topologySpreadConstraints: [spread] } };
    const { pods } = read(
      apps("Deployment", { template: withSpread }),
      apps("Deployment", { template: withSpread }, { name: "api" }),
    );
    const hashes = pods.map(({ labels }) => labels.get("pod-template-hash"));
    assert.equal(new Set(hashes).size, 2);
    assert.ok(!hashes.includes(undefined));
    assert.equal(read(apps("Deployment", {})).pods[0]?.labels.has("pod-template-hash"), false);
  });

  test("a DaemonSet is no pod but a DaemonSet", () => {
    const { pods, daemonSets } = read(apps("DaemonSet", {}));
    assert.deepEqual(pods, []);
    assert.deepEqual(
      daemonSets.map(({ namespace, name, pod: { owner, requests } }) => [namespace, name, owner, requests.get("cpu")]),
      [["default", "web", "DaemonSet/web", 1000]],
    );
  });
});

describe("a dump of a cluster, where pods stand beside their workloads", () => {
  const replicaSet = apps(
    "ReplicaSet",
    { replicas: 3 },
    { name: "web-5d4f", ownerReferences: [{ kind: "Deployment", name: "web", controller: true }] },
  );

  test("a Deployment's ReplicaSet is not expanded beside it", () => {
    assert.equal(read(apps("Deployment", { replicas: 3 }), replicaSet).pods.length, 3);
  });

  test("pods that are there count", () => {
    const result = read(
      apps("Deployment", { replicas: 3 }),
      replicaSet,
      pod("web-5d4f-x", "ReplicaSet/web-5d4f"),
      pod("web-5d4f-y", "ReplicaSet/web-5d4f"),
    );
    assert.deepEqual(names(result), ["default/web-5d4f-x", "default/web-5d4f-y", "default/web-0"]);
    assert.deepEqual(
      result.pods.map(({ owner }) => owner),
      Array(3).fill("Deployment/web"),
    );
  });

  test("pods are matched to a Deployment without its ReplicaSet by the hash in their labels", () => {
    const labels = { "pod-template-hash": "5d4f" };
    assert.deepEqual(
      names(read(apps("Deployment", { replicas: 2 }), pod("web-5d4f-x", "ReplicaSet/web-5d4f", { labels }))),
      ["default/web-5d4f-x", "default/web-0"],
    );
  });

  test("finished pods do not count, and names are never given twice", () => {
    const result = read(
      apps("StatefulSet", { replicas: 2 }),
      pod("web-0", "StatefulSet/web"),
      pod("web-1", "StatefulSet/web", { status: { phase: "Succeeded" } }),
    );
    assert.deepEqual(names(result), ["default/web-0", "default/web-1"]);
    assert.equal(result.ignored.get("Pod (finished)"), 1);
  });

  test("a pod that is being deleted keeps its room and is replaced", () => {
    const node = {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: "n1" },
      status: { allocatable: { cpu: "4", pods: "9" } },
    };
    const leaving = pod("web-5d4f-x", "ReplicaSet/web-5d4f", { nodeName: "n1" }) as { metadata: object };
    Object.assign(leaving.metadata, { deletionTimestamp: "2026-01-01T00:00:00Z" });
    const result = read(node, apps("Deployment", { replicas: 1 }), replicaSet, leaving);
    assert.deepEqual(names(result), ["default/web-0"]);
    assert.equal(result.boundPods.length, 1);
  });

  test("a CronJob with a Job that runs is not counted twice", () => {
    const job = {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: "job-1", ownerReferences: [{ kind: "CronJob", name: "job", controller: true }] },
      spec: { template },
    };
    assert.equal(read(batch("CronJob", {}), job).pods.length, 1);
    assert.deepEqual(names(read(batch("CronJob", {}), job, pod("job-1-x", "Job/job-1"))), ["default/job-1-x"]);
  });

  test("pods of DaemonSets that wait are left to their DaemonSet", () => {
    const result = read(apps("DaemonSet", {}), pod("web-x", "DaemonSet/web"));
    assert.deepEqual(result.pods, []);
    assert.equal(result.ignored.get("Pod (of a DaemonSet, pending)"), 1);
  });

  test("pods on nodes that are not given are left out, and said", () => {
    const result = read(pod("x", "ReplicaSet/y", { nodeName: "gone" }));
    assert.deepEqual([result.pods.length, result.boundPods.length], [0, 0]);
    assert.equal(result.ignored.get("Pod (on a node not in the input)"), 1);
    assert.match(result.notes.join(), /gone/);
  });
});

test("objects that play no part are counted by kind", () => {
  const { ignored } = read(
    { apiVersion: "v1", kind: "Service", metadata: { name: "a" } },
    { apiVersion: "v1", kind: "Service", metadata: { name: "b" } },
    { apiVersion: "example.com/v1", kind: "NodePool", metadata: { name: "c" } },
  );
  assert.deepEqual(
    [...ignored],
    [
      ["Service", 2],
      ["NodePool", 1],
    ],
  );
});

test("every namespace has its name as a label", () => {
  const { namespaces } = read(apps("Deployment", {}, { namespace: "shop" }), {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "team", labels: { a: "b" } },
  });
  assert.deepEqual(namespaces.get("shop"), new Map([["kubernetes.io/metadata.name", "shop"]]));
  assert.deepEqual(
    namespaces.get("team"),
    new Map([
      ["a", "b"],
      ["kubernetes.io/metadata.name", "team"],
    ]),
  );
});

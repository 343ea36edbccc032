/** PersistentVolumes, claims, classes and CSINodes as they are written. */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { readManifests } from "../../../src/api/manifests/index.ts";
import type { ReadResult } from "../../../src/api/manifests/index.ts";

const read = (...objects: object[]): ReadResult =>
  readManifests([{ name: "in", text: JSON.stringify([...objects, pod()]) }], { requireNodePool: false });

function pod(volumes: object[] = []): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: volumes.length === 0 ? "free" : "p" },
    spec: { containers: [{ name: "c" }], volumes },
  };
}

const zone = { key: "topology.kubernetes.io/zone", operator: "In", values: ["a"] };

describe("storage", () => {
  test("a PersistentVolume has node terms and a driver", () => {
    const spec = {
      csi: { driver: "ebs.csi.aws.com", volumeHandle: "v" },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [zone] }] } },
    };
    const { storage } = read({ apiVersion: "v1", kind: "PersistentVolume", metadata: { name: "pv" }, spec });
    assert.deepEqual(storage.volumes.get("pv"), { name: "pv", driver: "ebs.csi.aws.com", nodeTerms: [[zone]] });
  });

  test("a claim has its class, by field or by the old annotation, and its volume", () => {
    const claim = (name: string, metadata: object, spec: object): object => ({
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name, ...metadata },
      spec,
    });
    const { storage } = read(
      claim("new", {}, { storageClassName: "gp3", volumeName: "pv" }),
      claim("old", { annotations: { "volume.beta.kubernetes.io/storage-class": "gp2" } }, {}),
      claim("bare", {}, {}),
    );
    assert.deepEqual(
      [...storage.claims.values()],
      [
        { namespace: "default", name: "new", storageClass: "gp3", volumeName: "pv" },
        { namespace: "default", name: "old", storageClass: "gp2" },
        { namespace: "default", name: "bare" },
      ],
    );
  });

  test("a StorageClass binds at once unless it says otherwise, and has alternatives of topology", () => {
    const { storage } = read(
      { apiVersion: "storage.k8s.io/v1", kind: "StorageClass", metadata: { name: "now" }, provisioner: "x" },
      {
        apiVersion: "storage.k8s.io/v1",
        kind: "StorageClass",
        metadata: {
          name: "later",
          creationTimestamp: "1970-01-01T00:01:00Z",
          annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
        },
        provisioner: "x",
        volumeBindingMode: "WaitForFirstConsumer",
        allowedTopologies: [{ matchLabelExpressions: [{ key: zone.key, values: ["a"] }] }],
      },
    );
    assert.equal(storage.classes.get("now")?.bindingMode, "Immediate");
    const { isDefault, created, bindingMode, allowedTopologies } = storage.classes.get("later")!;
    assert.deepEqual(
      { isDefault, created, bindingMode, allowedTopologies },
      {
        isDefault: true,
        created: 60,
        bindingMode: "WaitForFirstConsumer",
        allowedTopologies: [[zone]],
      },
    );
  });

  test("a CSINode limits the drivers that say how many", () => {
    const drivers = [{ name: "ebs.csi.aws.com", allocatable: { count: 25 } }, { name: "efs.csi.aws.com" }];
    const { storage } = read({
      apiVersion: "storage.k8s.io/v1",
      kind: "CSINode",
      metadata: { name: "n" },
      spec: { drivers },
    });
    assert.deepEqual([...storage.attachLimits.get("n")!], [["ebs.csi.aws.com", 25]]);
  });

  test("ephemeral volumes and templates become claims that will be made; one in the input stands", () => {
    const template = { metadata: { name: "data" }, spec: { storageClassName: "gp3" } };
    const { storage } = read(
      pod([{ name: "scratch", ephemeral: { volumeClaimTemplate: { spec: { storageClassName: "fast" } } } }]),
      {
        apiVersion: "apps/v1",
        kind: "StatefulSet",
        metadata: { name: "db" },
        spec: {
          replicas: 2,
          selector: { matchLabels: { app: "db" } },
          volumeClaimTemplates: [template],
          template: { metadata: { labels: { app: "db" } }, spec: { containers: [{ name: "c" }] } },
        },
      },
      {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { name: "data-db-1" },
        spec: { storageClassName: "gp2", volumeName: "pv" },
      },
    );
    assert.deepEqual(
      [...storage.claims]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, one]) => [key, one.storageClass, one.planned]),
      [
        ["default/data-db-0", "gp3", true],
        ["default/data-db-1", "gp2", undefined],
        ["default/p-scratch", "fast", true],
      ],
    );
  });
});

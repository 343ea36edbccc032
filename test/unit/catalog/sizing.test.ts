/** Capacity and allocatable of machines whose documentation was read by hand. */
import assert from "node:assert/strict";
import { beforeAll, describe, expect, it } from "vitest";
import { loadEmbeddedCatalog } from "../../../src/adapters/catalog/index.ts";
import { allocatableOf } from "../../../src/domain/allocatable.ts";
import { kubeReservedCpuMilli } from "../../../src/domain/sizing-overhead.ts";
import type { Catalog } from "../../../src/ports/catalog.ts";
import { GIB, listed, MIB, typeOf } from "./support.ts";

let catalog: Catalog;
beforeAll(async () => {
  catalog = await loadEmbeddedCatalog();
});

/** name: vCPUs, memory MiB, pods; then kube-reserved CPU in millicores and memory in MiB; then what else it has. */
const DOCUMENTED: readonly [string, number, number, number, number, number, Record<string, number>][] = [
  ["m5.large", 2, 7577, 29, 70, 574, { "vpc.amazonaws.com/pod-eni": 9 }],
  ["m7i-flex.large", 2, 7577, 29, 70, 574, { "vpc.amazonaws.com/pod-eni": 3 }],
  ["t2.micro", 1, 947, 4, 60, 299, {}],
  ["t3.nano", 2, 473, 4, 70, 299, {}],
  ["c7g.medium", 1, 1835, 8, 60, 343, { "vpc.amazonaws.com/pod-eni": 4 }],
  ["a1.large", 2, 3729, 29, 70, 574, { "vpc.amazonaws.com/pod-eni": 9 }],
  ["c5.metal", 96, 181862, 737, 310, 8362, { "vpc.amazonaws.com/pod-eni": 107 }],
  ["r7i.48xlarge", 192, 1454899, 737, 550, 8362, { "vpc.amazonaws.com/pod-eni": 107, "vpc.amazonaws.com/efa": 1 }],
  [
    "g5.12xlarge",
    48,
    181862,
    737,
    190,
    8362,
    { "nvidia.com/gpu": 4, "vpc.amazonaws.com/pod-eni": 107, "vpc.amazonaws.com/efa": 1 },
  ],
  [
    "inf1.24xlarge",
    96,
    181862,
    321,
    310,
    3786,
    {
      "aws.amazon.com/neuron": 16,
      "aws.amazon.com/neuroncore": 64,
      "vpc.amazonaws.com/pod-eni": 111,
      "vpc.amazonaws.com/efa": 1,
    },
  ],
  // Interfaces of the default network card alone give addresses: 2 of the 64 here.
  [
    "p5.48xlarge",
    192,
    1939865,
    100,
    550,
    1355,
    { "nvidia.com/gpu": 8, "vpc.amazonaws.com/pod-eni": 120, "vpc.amazonaws.com/efa": 32 },
  ],
  ["i8ge.48xlarge", 192, 1454840, 1178, 550, 13213, { "vpc.amazonaws.com/pod-eni": 98, "vpc.amazonaws.com/efa": 1 }],
  ["u-6tb1.56xlarge", 224, 5819596, 737, 630, 8362, {}],
  // A fraction of a GPU is no whole one.
  ["g6f.large", 2, 7577, 20, 70, 475, { "vpc.amazonaws.com/pod-eni": 10 }],
];

describe("a machine under AL2023 with default settings", () => {
  it.each(DOCUMENTED)("%s has the documented capacity and overhead", (name, vcpus, memoryMiB, pods, cpu, mem, more) => {
    const type = typeOf(catalog, name);
    const capacity = { cpu: vcpus * 1000, memory: memoryMiB * MIB, pods, "ephemeral-storage": 20 * GIB, ...more };
    expect(listed(type.capacity)).toEqual(listed(new Map(Object.entries(capacity))));
    expect(listed(type.overhead.kubeReserved)).toEqual([
      ["cpu", cpu],
      ["ephemeral-storage", GIB],
      ["memory", mem * MIB],
    ]);
    expect(listed(type.overhead.evictionThreshold)).toEqual([
      ["ephemeral-storage", 2 * GIB],
      ["memory", 100 * MIB],
    ]);
    expect(type.overhead.systemReserved.size).toBe(0);
    assert.equal(type.allocatable.get("cpu"), vcpus * 1000 - cpu);
    assert.equal(type.allocatable.get("memory"), (memoryMiB - mem - 100) * MIB);
    assert.equal(type.allocatable.get("ephemeral-storage"), 17 * GIB);
    assert.equal(type.allocatable.get("pods"), pods);
    expect(listed(allocatableOf(type))).toEqual(listed(type.allocatable));
  });
});

describe("kube-reserved CPU", () => {
  it.each([
    [1, 60],
    [2, 70],
    [3, 75],
    [4, 80],
    [5, 82],
    [8, 90],
    [16, 110],
    [96, 310],
  ])("of %i vCPUs is %i millicores", (vcpus, milli) => {
    assert.equal(kubeReservedCpuMilli(vcpus), milli);
  });
});

/** Manifests for tests that go through the real reader. */
import { GOOD_POOL } from "./malformed-inputs.ts";

/** Pods of so many sizes that a search over them does not end soon; the same every time. */
export function hardManifests(pods: number): string {
  let state = 12345;
  const next = (from: number, to: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return from + (state % (to - from));
  };
  const texts = Array.from(
    { length: pods },
    (_, i) => `---
apiVersion: v1
kind: Pod
metadata: {name: p${String(i)}}
spec:
  containers: [{name: c, image: i, resources: {requests: {cpu: ${String(next(301, 4999))}m, memory: ${String(next(257, 16_001))}Mi}}}]
`,
  );
  return `${GOOD_POOL}${texts.join("")}`;
}

/** `replicas` small pods of one Deployment, and a pool for them. */
export function easyManifests(replicas = 3): string {
  return `${GOOD_POOL}---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: ${String(replicas)}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: c, image: i, resources: {requests: {cpu: 500m, memory: 1Gi}}}]
`;
}

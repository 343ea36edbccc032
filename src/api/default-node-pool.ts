/** The NodePool that plans are made with when the user gives none and asks for it. */
import type { ManifestSource } from "./plan-service.ts";

/** The flag and the option that ask for it, for hints. */
export const DEFAULT_NODE_POOL_FLAG = "--default-node-pool";

/** Karpenter's documented starting point: Linux on amd64, on demand, categories c, m and r, newer than generation 2. */
export const DEFAULT_NODE_POOL: ManifestSource = {
  name: "default node pool",
  text: `apiVersion: karpenter.sh/v1
kind: NodePool
metadata:
  name: default
spec:
  template:
    spec:
      nodeClassRef:
        group: karpenter.k8s.aws
        kind: EC2NodeClass
        name: default
      requirements:
        - {key: kubernetes.io/os, operator: In, values: ["linux"]}
        - {key: kubernetes.io/arch, operator: In, values: ["amd64"]}
        - {key: karpenter.sh/capacity-type, operator: In, values: ["on-demand"]}
        - {key: karpenter.k8s.aws/instance-category, operator: In, values: ["c", "m", "r"]}
        - {key: karpenter.k8s.aws/instance-generation, operator: Gt, values: ["2"]}
`,
};
